/* The print button of documents that are kept on paper. */
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
