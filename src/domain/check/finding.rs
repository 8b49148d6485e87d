//! What a check has to say: which rule, how bad, and where. The words for it are in `i18n::check`.

use std::collections::BTreeMap;

use serde::Serialize;

/// How much of an offending passage is quoted, in characters.
const QUOTE: usize = 80;

/// How bad a finding is. Errors come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Error,
    Warning,
    Hint,
}

impl Severity {
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Hint];

    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        }
    }
}

/// Declares the rules once: the variant, its id in JSON and texts, and the list of all.
macro_rules! rules {
    ($($rule:ident = $id:literal,)+) => {
        /// A rule of the check. Its id is stable: scripts may filter by it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Rule { $($rule,)+ }

        impl Rule {
            pub const ALL: &[Rule] = &[$(Rule::$rule,)+];

            pub fn id(self) -> &'static str {
                match self { $(Rule::$rule => $id,)+ }
            }
        }
    };
}

rules! {
    // The issue as a whole
    EditionMissing = "edition-missing",
    LanguageMissing = "language-missing",
    FundingExpired = "funding-expired",
    FundingNotBegun = "funding-not-begun",
    FundingNone = "funding-none",
    EventPast = "event-past",
    EventPlace = "event-place",
    DownloadUnchecked = "download-unchecked",
    // The subject
    SubjectEmpty = "subject-empty",
    SubjectReply = "subject-reply",
    SubjectLong = "subject-long",
    SubjectCapitals = "subject-capitals",
    SubjectExclamation = "subject-exclamation",
    Emoji = "emoji",
    // What is written
    Placeholder = "placeholder",
    ExampleLink = "example-link",
    WordLost = "word-lost",
    NumberJump = "number-jump",
    SignVisible = "sign-visible",
    PictureLeft = "picture-left",
    IntroMissing = "intro-missing",
    // Images
    AltMissing = "alt-missing",
    AltFileName = "alt-file-name",
    AltPhrase = "alt-phrase",
    AltLong = "alt-long",
    ImageSize = "image-size",
    ImageForm = "image-form",
    // Links
    LinkWords = "link-words",
    LinkBare = "link-bare",
    LinkAmbiguous = "link-ambiguous",
    LinkScheme = "link-scheme",
    LinkHttp = "link-http",
    LinkDead = "link-dead",
    LinkUnreachable = "link-unreachable",
    // The HTML part
    HeadingOrder = "heading-order",
    ContrastLight = "contrast-light",
    ContrastDark = "contrast-dark",
    HtmlLanguage = "html-language",
    LayoutTable = "layout-table",
    HtmlForbidden = "html-forbidden",
    TextSmall = "text-small",
    HtmlSize = "html-size",
    // Both parts
    LinkNotInText = "link-not-in-text",
    LinkNotInHtml = "link-not-in-html",
    HeadlineNotInHtml = "headline-not-in-html",
    HeadlineNotInText = "headline-not-in-text",
    UnsubscribeMissing = "unsubscribe-missing",
    UnsubscribeLate = "unsubscribe-late",
    // The text part
    TextLine = "text-line",
    TextRuler = "text-ruler",
    // Leichte Sprache
    SimpleUnchecked = "simple-unchecked",
    SimpleSentence = "simple-sentence",
    SimpleCompound = "simple-compound",
    SimplePassive = "simple-passive",
    SimpleGenitive = "simple-genitive",
    SimpleNegation = "simple-negation",
    SimpleNegations = "simple-negations",
    SimpleForeign = "simple-foreign",
    SimpleSubjunctive = "simple-subjunctive",
    SimpleAbbreviation = "simple-abbreviation",
    SimpleNumber = "simple-number",
    SimpleRoman = "simple-roman",
    SimpleItalics = "simple-italics",
    SimpleCapitals = "simple-capitals",
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// A part of an edition or of an item, in the order a reader meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    Edition,
    Subject,
    Intro,
    Kicker,
    Headline,
    Image,
    Lead,
    Body,
    Event,
    Link,
    Download,
    CheckedBy,
    Closing,
    Funding,
    Html,
    Text,
}

impl Part {
    pub const ALL: [Part; 16] = [
        Part::Edition,
        Part::Subject,
        Part::Intro,
        Part::Kicker,
        Part::Headline,
        Part::Image,
        Part::Lead,
        Part::Body,
        Part::Event,
        Part::Link,
        Part::Download,
        Part::CheckedBy,
        Part::Closing,
        Part::Funding,
        Part::Html,
        Part::Text,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Part::Edition => "edition",
            Part::Subject => "subject",
            Part::Intro => "intro",
            Part::Kicker => "kicker",
            Part::Headline => "headline",
            Part::Image => "image",
            Part::Lead => "lead",
            Part::Body => "body",
            Part::Event => "event",
            Part::Link => "link",
            Part::Download => "download",
            Part::CheckedBy => "checked-by",
            Part::Closing => "closing",
            Part::Funding => "funding",
            Part::Html => "html",
            Part::Text => "text",
        }
    }

    /// Before all items, within one, or after them all.
    fn section(self) -> u8 {
        match self {
            Part::Edition | Part::Subject | Part::Intro => 0,
            Part::Closing | Part::Funding | Part::Html | Part::Text => 2,
            _ => 1,
        }
    }
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The edition's language tag; none if it is about the issue as a whole.
    pub edition: Option<String>,
    /// The news item's number in its edition, from 1.
    pub item: Option<usize>,
    pub part: Part,
    /// The offending words, cut to a sensible length.
    pub quote: Option<String>,
    /// How far into the part: only for sorting.
    #[serde(skip)]
    pub at: usize,
}

impl Place {
    pub fn issue(part: Part) -> Self {
        Self { edition: None, item: None, part, quote: None, at: 0 }
    }

    pub fn edition(tag: &str, part: Part) -> Self {
        Self { edition: Some(tag.to_owned()), ..Self::issue(part) }
    }

    pub fn quoting(self, words: &str) -> Self {
        let words = words.split_whitespace().take(QUOTE).collect::<Vec<_>>().join(" ");
        let mut quote: String = words.chars().take(QUOTE).collect();
        if quote.len() < words.len() {
            quote.push('…');
        }
        Self { quote: Some(quote).filter(|quote| !quote.is_empty()), ..self }
    }

    pub fn at(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// Sorts by reading order within an edition.
    pub(super) fn order(&self) -> (u8, usize, Part, usize) {
        (self.part.section(), self.item.unwrap_or(0), self.part, self.at)
    }
}

/// A value for the words about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Arg {
    Number(i64),
    Text(String),
}

/// One thing that is wrong, or may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub rule: Rule,
    pub severity: Severity,
    #[serde(flatten)]
    pub place: Place,
    /// What the words need to know besides the place: limits, counts, names.
    pub args: BTreeMap<&'static str, Arg>,
}

impl Finding {
    pub fn new(rule: Rule, severity: Severity, place: Place) -> Self {
        Self { rule, severity, place, args: BTreeMap::new() }
    }

    pub fn number(mut self, name: &'static str, value: usize) -> Self {
        self.args.insert(name, Arg::Number(i64::try_from(value).unwrap_or(i64::MAX)));
        self
    }

    pub fn word(mut self, name: &'static str, value: &str) -> Self {
        self.args.insert(name, Arg::Text(value.to_owned()));
        self
    }
}
