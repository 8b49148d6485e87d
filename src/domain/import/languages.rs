//! Languages as files of readers name them: by tag, by the codes of ISO 639, or in words.

use super::headings::of;
use crate::domain::language::Language;

/// Tag, codes of three letters, and names in English, German, French and the language itself.
const NAMES: &[(&str, &str)] = &[
    ("de", "ger | deu | german | deutsch | allemand | alemán | tedesco | duits | niemiecki"),
    ("en", "eng | english | englisch | anglais | inglés | inglese | engels | angielski"),
    ("fr", "fre | fra | french | französisch | franzoesisch | français | francais | francés | francese | frans"),
    ("es", "spa | spanish | spanisch | español | espanol | castellano | espagnol | spagnolo"),
    ("it", "ita | italian | italienisch | italiano | italien"),
    ("pt", "por | portuguese | portugiesisch | português | portugues | portugais"),
    ("nl", "dut | nld | dutch | niederländisch | niederlaendisch | holländisch | nederlands | flemish | vlaams | néerlandais"),
    ("pl", "pol | polish | polnisch | polski | polonais"),
    ("cs", "cze | ces | czech | tschechisch | čeština | česky | cestina | tchèque"),
    ("sk", "slo | slk | slovak | slowakisch | slovenčina | slovaque"),
    ("sl", "slv | slovenian | slovene | slowenisch | slovenščina | slovène"),
    ("hr", "hrv | croatian | kroatisch | hrvatski | croate"),
    ("sr", "srp | serbian | serbisch | српски | srpski | serbe"),
    ("bs", "bos | bosnian | bosnisch | bosanski"),
    ("hu", "hun | hungarian | ungarisch | magyar | hongrois"),
    ("ro", "rum | ron | romanian | rumänisch | rumaenisch | română | romana | roumain"),
    ("bg", "bul | bulgarian | bulgarisch | български | bulgare"),
    ("el", "gre | ell | greek | griechisch | ελληνικά | grec"),
    ("ru", "rus | russian | russisch | русский | russe"),
    ("uk", "ukr | ukrainian | ukrainisch | українська | ukrainien"),
    ("tr", "tur | turkish | türkisch | tuerkisch | türkçe | turkce | turc"),
    ("ar", "ara | arabic | arabisch | العربية | arabe"),
    ("fa", "per | fas | persian | persisch | farsi | فارسی"),
    ("he", "heb | hebrew | hebräisch | עברית"),
    ("da", "dan | danish | dänisch | daenisch | dansk | danois"),
    ("sv", "swe | swedish | schwedisch | svenska | suédois"),
    ("nb", "nor | nob | norwegian | norwegisch | norsk | bokmål | norvégien"),
    ("fi", "fin | finnish | finnisch | suomi | finnois"),
    ("et", "est | estonian | estnisch | eesti"),
    ("lv", "lav | latvian | lettisch | latviešu"),
    ("lt", "lit | lithuanian | litauisch | lietuvių"),
    ("ja", "jpn | japanese | japanisch | 日本語"),
    ("zh", "chi | zho | chinese | chinesisch | 中文"),
    ("ko", "kor | korean | koreanisch | 한국어"),
    ("vi", "vie | vietnamese | vietnamesisch | tiếng việt"),
];

/// The language a cell names among those there are; None: none of them.
pub fn among(cell: &str, there: &[Language]) -> Option<Language> {
    let word = cell.trim().to_lowercase().replace('_', "-");
    if matches!(
        word.as_str(),
        "leichte sprache"
            | "deutsch (leichte sprache)"
            | "einfache sprache"
            | "de-simple"
            | "de-easy"
            | "easy german"
            | "de-leicht"
    ) {
        // Where it is missing, German stands in for it.
        return [Language::DeSimple, Language::De].into_iter().find(|language| there.contains(language));
    }
    // "de-DE.UTF-8", "fr@euro", "Deutsch (Deutschland)", "English - United States", "de,en;q=0.8", "German/Deutsch".
    let first = word.split(['(', '[', ',', ';', '/', '.', '@', '|']).next().unwrap_or_default();
    let first = first.split(" - ").next().unwrap_or_default().trim();
    let tag =
        NAMES.iter().find(|(tag, names)| *tag == first || of(names).any(|name| name == first)).map_or(first, |(tag, _)| tag);
    // A tag that stands there in words may be written with its region.
    let (language, region) = tag.split_once('-').unwrap_or((tag, ""));
    let language = NAMES.iter().find(|(_, names)| of(names).any(|name| name == language)).map_or(language, |(tag, _)| tag);
    let whole = if region.is_empty() { language.to_owned() } else { format!("{language}-{region}") };
    let parsed = |tag: &str| tag.parse::<Language>().ok().filter(|language| there.contains(language));
    parsed(&whole).or_else(|| parsed(language)).or_else(|| {
        // The newsletter's own is of a region and the only one of its language: Portuguese as in Brazil.
        let mut same = there.iter().filter(|it| **it != Language::DeSimple && it.tag().split('-').next() == Some(language));
        same.next().copied().filter(|_| same.next().is_none() && !language.is_empty())
    })
}
