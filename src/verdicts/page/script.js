'use strict';
// Everything here is a convenience: the page says the same without it.
(() => {
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // Light or dark, whatever the system says.
  const root = document.documentElement;
  const remembered = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem('theme', theme); } catch { /* files may have no storage */ } };
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const known = remembered();
  if (known === 'dark' || known === 'light') root.dataset.theme = known;
  const toggle = make('button', { type: 'button', className: 'theme' });
  const label = () => { toggle.textContent = isDark() ? 'Light' : 'Dark'; toggle.setAttribute('aria-label', `${toggle.textContent} colours`); };
  toggle.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    remember(root.dataset.theme);
    label();
  });
  label();
  document.querySelector('header').append(toggle);

  // Tables: sorted by a column, filtered by words where they are long.
  const key = (cell) => {
    if (cell === undefined) return { text: '' };
    if (cell.dataset.sort === undefined) return { text: cell.textContent.trim() };
    return cell.dataset.sort === '' ? { absent: true } : { number: Number(cell.dataset.sort) };
  };
  const compare = (a, b, sign) => {
    if (a.absent || b.absent) return (a.absent ? 1 : 0) - (b.absent ? 1 : 0);
    return sign * (a.number === undefined ? a.text.localeCompare(b.text) : a.number - b.number);
  };
  for (const table of document.querySelectorAll('table.sortable')) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    if (body.rows.length > 2) {
      heads.forEach((head, column) => {
        const button = make('button', { type: 'button' });
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener('click', () => {
          const rising = head.getAttribute('aria-sort') !== 'ascending';
          heads.forEach((other) => other.removeAttribute('aria-sort'));
          head.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
          const sign = rising ? 1 : -1;
          const rows = [...body.rows].map((row) => [key(row.cells[column]), row]);
          rows.sort((a, b) => compare(a[0], b[0], sign));
          body.append(...rows.map((pair) => pair[1]));
        });
      });
    }
    if (body.rows.length > 12) {
      const words = make('input', { type: 'search' });
      const box = make('label', { className: 'filter', textContent: 'Filter' });
      box.append(words);
      table.parentElement.before(box);
      words.addEventListener('input', () => {
        const wanted = words.value.toLowerCase();
        for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
      });
    }
  }

  // Pictures: a press enlarges them.
  const pictures = document.querySelectorAll('ul.pictures img');
  if (pictures.length > 0) {
    const dialog = make('dialog', {});
    const large = make('img', { alt: '' });
    const name = make('p', {});
    const close = make('button', { type: 'button', textContent: 'Close' });
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
    dialog.append(large, name, close);
    document.body.append(dialog);
    const show = (picture) => {
      large.src = picture.src;
      large.alt = picture.alt;
      name.textContent = picture.alt;
      dialog.showModal();
    };
    for (const picture of pictures) {
      picture.tabIndex = 0;
      picture.setAttribute('role', 'button');
      picture.addEventListener('click', () => show(picture));
      picture.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); show(picture); }
      });
    }
  }

  // What is folded is printed too.
  addEventListener('beforeprint', () => {
    for (const folded of document.querySelectorAll('details')) folded.open = true;
  });
})();
