# What the check before sending says: each rule's finding, and how to mend it. Ids are those of `domain::check::Rule`.

check-severity-error = Error
check-severity-warning = Warning
check-severity-hint = Hint

check-item = news item { $number }, { $part }
check-part-edition = edition
check-part-subject = subject
check-part-intro = intro
check-part-kicker = kicker
check-part-headline = headline
check-part-image = picture
check-part-lead = lead
check-part-body = text
check-part-event = event
check-part-link = link
check-part-download = download
check-part-checked-by = who checked it
check-part-closing = closing
check-part-funding = funding
check-part-html = HTML part
check-part-text = text part

check-edition-missing = No news item has a text in this language, so there is no such edition.
check-edition-missing-mend = Add a text in this language, or take the language out of the newsletter. Its readers get another edition meanwhile.
check-language-missing = This news item has no text in this language.
check-language-missing-mend = Add the text. Otherwise this edition goes without the news item.
check-funding-expired = This funding block was valid until { $date } and is not shown any more.
check-funding-expired-mend = Take it away, or give it a new end if the funding goes on.
check-funding-not-begun = This funding block is valid from { $date } and is not shown yet.
check-funding-not-begun-mend = Nothing to do if that is right. Otherwise change the day it begins.
check-funding-none = No funding block is valid today, so no funder is named.
check-funding-none-mend = Look up who has to be named today and add that block.
check-event-past = This event is past or cancelled and stays out of the issue.
check-event-past-mend = Nothing to do if that is right. Otherwise write a new news item with the new date.
check-event-place = The event says neither where it takes place nor how to join online.
check-event-place-mend = Add “place” or “online”.
check-download-unchecked = Nobody has said that everybody can read this PDF.
check-download-unchecked-mend = Have it checked (PDF/UA, or with a screen reader) and write “downloads_checked: true”, or say the same in the text.

check-subject-empty = The subject is empty.
check-subject-empty-mend = Write a subject that says what the issue is about.
check-subject-reply = The subject looks like an answer or a forwarded mail.
check-subject-reply-mend = Take “Re:”, “Fwd:”, “AW:” or “WG:” away. Filters take it for a trick.
check-subject-long = The subject has { $count } characters; phones show about { $limit }.
check-subject-long-mend = Shorten it, or put the important words first.
check-subject-capitals = The subject is all in capitals.
check-subject-capitals-mend = Write it in ordinary letters. Capitals are hard to read, and filters distrust them.
check-subject-exclamation = The subject has { $count } exclamation marks.
check-subject-exclamation-mend = One is enough.
check-emoji = There is an emoji here.
check-emoji-mend = Say it in words. Screen readers read emojis out, and not everybody sees the same picture.

check-placeholder = This looks like a leftover of a draft.
check-placeholder-mend = Write what belongs there.
check-example-link = { $count ->
    [one] This link leads to a domain that only exists for examples.
   *[other] { $count } links lead to domains that only exist for examples.
}
check-example-link-mend = Put the real address there.
check-word-lost = { $part ->
    [html] This word is missing in the HTML part of the mail.
   *[other] This word is missing in the text part of the mail.
}
check-word-lost-mend = Write the passage in another way, and tell whoever looks after this server: that must not happen.
check-number-jump = The numbers at the beginning of these lines do not count up.
check-number-jump-mend = If it is a list, number it 1, 2, 3. Else nothing needs to be done: the numbers stay as you typed them.
check-sign-visible = Readers will see signs that were probably meant as formatting.
check-sign-visible-mend = Put ** directly before the first and after the last letter of what is to be bold.
check-picture-left = Pictures in the middle of a text are not shown.
check-picture-left-mend = Give the item its picture with “image:”, or link to a page that shows it.
check-intro-missing = Other languages have words here, and this one has none.
check-intro-missing-mend = Add the translation.

check-alt-missing = Nobody has described this picture.
check-alt-missing-mend = Write what it shows (“alt”), or “decorative: true” if it says nothing.
check-alt-file-name = The picture's description is a file name.
check-alt-file-name-mend = Write what the picture shows.
check-alt-phrase = The description begins by saying that it is a picture.
check-alt-phrase-mend = Screen readers say so already. Begin with what can be seen.
check-alt-long = The description has { $count } characters. Nobody can pause within it.
check-alt-long-mend = Say it in { $limit } characters, and the rest in the text.
check-image-size = The picture has no width or no height.
check-image-size-mend = Give both in the template, so that the page does not jump while it loads.
check-image-form = Mail programs do not show a picture of this kind.
check-image-form-mend = Use PNG or JPEG from our own server.

check-link-words = These words do not say where the link leads.
check-link-words-mend = Link the words that name the target: “the programme”, not “here”.
check-link-bare = A long address stands there as the words of a link.
check-link-bare-mend = Link words that say where it leads.
check-link-ambiguous = Links with the same words lead to different places.
check-link-ambiguous-mend = Give each its own words.
check-link-scheme = This link is none that a mail may have. It would be left out.
check-link-scheme-mend = Use an address with https://, mailto: or tel:.
check-link-http = This link is not encrypted.
check-link-http-mend = Try whether the address works with https://.
check-link-dead = There is nothing at this address any more.
check-link-dead-mend = Look for the new address, or take the link out.
check-link-unreachable = This address could not be reached: { $why }
check-link-unreachable-mend = Try it in a browser. Some servers refuse programs, and all is well.

check-heading-order = The headings are not in order: one of the first level, and none skipped on the way down.
check-heading-order-mend = Begin the headings in the text with “##” and skip no level.
check-contrast-light = The letters ({ $ink }) stand out too little from their ground ({ $ground }): { $ratio } to 1.
check-contrast-light-mend = Take a darker or lighter colour in the template. It has to be 4.5 to 1.
check-contrast-dark = In the dark scheme the letters ({ $ink }) stand out too little from their ground ({ $ground }): { $ratio } to 1.
check-contrast-dark-mend = Take another colour for the dark scheme in the template. It has to be 4.5 to 1.
check-html-language = The edition does not say in which language it is.
check-html-language-mend = Give the template lang="…" on <html> and once more on the first element in <body>.
check-layout-table = A layout table does not say that it is none for data.
check-layout-table-mend = Give it in the template what is missing there.
check-html-forbidden = Mail programs take this out, or distrust the mail for it.
check-html-forbidden-mend = Take it out of the template.
check-text-small = There are letters of only { $size } px.
check-text-small-mend = Use at least 14 px in the template.
check-html-size = The HTML part has { $count } kB. Gmail cuts mails off at about { $limit } kB, and the way to unsubscribe with them.
check-html-size-mend = Put less into this issue, or shorten texts and link to them.

check-link-not-in-text = This link is missing in the text part.
check-link-not-in-text-mend = Add it to the text template.
check-link-not-in-html = This link is missing in the HTML part.
check-link-not-in-html-mend = Add it to the HTML template.
check-headline-not-in-html = This headline is missing in the HTML part.
check-headline-not-in-html-mend = Add it to the HTML template.
check-headline-not-in-text = This headline is missing in the text part.
check-headline-not-in-text-mend = Add it to the text template.
check-unsubscribe-missing = There is no link to unsubscribe.
check-unsubscribe-missing-mend = Add the link to the template. No issue may go without it.
check-unsubscribe-late = The first link to unsubscribe comes after { $count } characters.
check-unsubscribe-late-mend = Put one at the top of the template.

check-text-line = A line of the text part has { $count } columns; { $limit } fit everywhere.
check-text-line-mend = Break the line in the text template.
check-text-ruler = A screen reader reads this line sign by sign.
check-text-ruler-mend = Use an empty line instead.

check-simple-unchecked = Nobody of the target group has checked this text. The edition is called “Einfache Sprache”.
check-simple-unchecked-mend = Have it checked and write who did and when: “checked_by: WHO, YYYY-MM-DD”.
check-simple-sentence = The sentence has { $count } words; { $limit } are enough.
check-simple-sentence-mend = Make two sentences of it, with one thought each.
check-simple-compound = The word is long ({ $count } letters).
check-simple-compound-mend = Part it: with a hyphen or a Mediopunkt, or say it in shorter words.
check-simple-passive = This looks like passive voice.
check-simple-passive-mend = Say who does it.
check-simple-genitive = This looks like a genitive.
check-simple-genitive-mend = Say it with “von” or “vom”.
check-simple-negation = The sentence says what is not.
check-simple-negation-mend = Say what is, if you can.
check-simple-negations = The sentence says “not” more than once.
check-simple-negations-mend = Say it without, or in two sentences.
check-simple-foreign = Not everybody knows this word.
check-simple-foreign-mend = Take an easier one, or explain it: “A webinar is …”.
check-simple-subjunctive = The sentence says what would be.
check-simple-subjunctive-mend = Say what is, or “maybe”.
check-simple-abbreviation = There is an abbreviation here.
check-simple-abbreviation-mend = Write it out.
check-simple-number = A number stands there as a word.
check-simple-number-mend = Write digits: 3, not “drei”.
check-simple-roman = These are Roman numerals.
check-simple-roman-mend = Write digits.
check-simple-italics = Slanted letters are hard to read.
check-simple-italics-mend = Use bold type, and little of it.
check-simple-capitals = The word is all in capitals.
check-simple-capitals-mend = Write it in ordinary letters.
