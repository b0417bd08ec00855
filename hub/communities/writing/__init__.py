"""Writing pages: the form, drafts kept while one types, the merge of two texts. Pages over the operations of `pages`."""
