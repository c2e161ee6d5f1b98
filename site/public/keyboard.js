// Lets the keyboard reach what scrolls sideways, and names the field of the search.
(() => {
  const reach = () => {
    for (const element of document.querySelectorAll('pre, table, .diagram')) {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
      else element.removeAttribute('tabindex');
    }
  };
  addEventListener('load', reach);
  addEventListener('resize', reach);
  document.addEventListener('focusin', ({ target }) => {
    if (target.matches('.pagefind-ui__search-input')) target.ariaLabel = 'Search';
  });
})();
