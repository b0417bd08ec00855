/* Makes pages quicker; every page works without it. Listeners sit on the document, so swapped-in parts need no set-up. */
document.documentElement.dataset.js = "";
