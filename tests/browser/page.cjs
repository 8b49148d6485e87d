// html-validate's rules for our own pages.
module.exports = {
  root: true,
  extends: ["html-validate:recommended", "html-validate:document", "html-validate:a11y"],
  rules: {
    // The HTML standard writes it in lower case.
    "doctype-style": ["error", { style: "lowercase" }],
    // Hashes are for files from elsewhere; ours come from the same server as the page.
    "require-sri": ["error", { target: "crossorigin" }],
  },
};
