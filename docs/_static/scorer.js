// How the search orders what it finds. The rule book has hundreds of pages that name the same few words: they come
// after the guides, but for a page whose name was typed. The other numbers are Sphinx's own.
const AFTER_THE_GUIDES = /^(rules\/|adding$|changelog$)/;

var Scorer = {
  score: ([page, title, anchor, description, score]) =>
    AFTER_THE_GUIDES.test(page) && score < 16 ? score / 8 : score,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
