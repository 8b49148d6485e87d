// html-validate's rules for an edition in a browser: the document of a mail, written for mail programs.
module.exports = {
  root: true,
  extends: ["html-validate:recommended", "html-validate:document", "html-validate:a11y"],
  rules: {
    "doctype-style": ["error", { style: "lowercase" }],
    // Outlook reads them, and sizes and borders only from old attributes.
    "no-conditional-comment": "off",
    "no-deprecated-attr": "off",
    // Many mail programs drop style sheets.
    "no-inline-style": "off",
    // MJML is XML.
    "void-style": "off",
    // MJML's frame around everything is a div, which gets the role.
    "prefer-native-element": ["error", { exclude: ["main"] }],
  },
};
