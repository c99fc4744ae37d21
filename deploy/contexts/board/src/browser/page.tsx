import { render } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Shown {
  id: number;
  title: string;
  html: string;
}

/** The notices that hold what is typed. */
function Notices() {
  const [words, setWords] = useState("");
  const [found, setFound] = useState<Shown[]>([]);
  useEffect(() => {
    fetch(`/notices?q=${encodeURIComponent(words)}`)
      .then((answer) => answer.json())
      .then(setFound);
  }, [words]);
  return (
    <>
      <input placeholder="Search" onInput={(event) => setWords(event.currentTarget.value)} />
      {found.map(({ id, title, html }) => (
        <article key={id}>
          <h2>{title}</h2>
          <div dangerouslySetInnerHTML={{ __html: html }} />
        </article>
      ))}
    </>
  );
}

render(<Notices />, document.querySelector("main")!);
