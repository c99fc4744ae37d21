from .explorer import Explorer, explore
from .shown import draw_matrix

__all__ = ["Explorer", "draw_matrix", "explore"]
