"""Prices of a small shop, kept in a database in memory, and what one asks of them."""

from decimal import Decimal

from sqlalchemy import Integer, Numeric, String, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool


class Base(DeclarativeBase):
    """What the tables share."""


class Article(Base):
    """An article, its price in cents and its stock."""

    __tablename__ = "article"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    price: Mapped[Decimal] = mapped_column(Numeric(10, 0))
    stock: Mapped[int] = mapped_column(Integer)


ARTICLES = (("lantern", 2490, 12), ("kettle", 3900, 4), ("blanket", 5950, 0), ("compass", 1825, 31))

engine = create_engine(
    "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
)
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all(Article(name=name, price=price, stock=n) for name, price, n in ARTICLES)
    session.commit()


def search(text: str) -> list[dict]:
    """Articles whose name holds `text`, cheapest first: name, price in cents, stock."""
    wanted = select(Article).where(Article.name.contains(text.lower())).order_by(Article.price)
    with Session(engine) as session:
        return [
            {"name": article.name, "price": int(article.price), "stock": article.stock}
            for article in session.scalars(wanted)
        ]


def stock_value() -> int:
    """What all articles in stock are worth, in cents."""
    with Session(engine) as session:
        return int(session.scalar(select(func.sum(Article.price * Article.stock))))
