export function Header({ name, leave }: { name: string | null; leave: () => void }) {
  return (
    <header>
      <h1>
        <span aria-hidden="true" className="mark" /> Who answers?
      </h1>
      {name === null ? null : (
        <div className="who">
          <span className="name">{name}</span>
          <button type="button" className="quiet" onClick={leave}>
            Log out
          </button>
        </div>
      )}
    </header>
  );
}
