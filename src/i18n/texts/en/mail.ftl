# Words of the mails.

mail-date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
mail-weekday = { $weekday ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
mail-time = { $time }
mail-time-span = { $from } to { $to }
mail-moment = { $date }, { $time } ({ $zone })
mail-zone = { $abbreviation ->
    [CET] Central European Time
    [CEST] Central European Summer Time
    [UTC] UTC
   *[other] time zone { $zone }
}

mail-issue-subject = { $title } { $number }: { $headline }
mail-issue-number = Issue { $number }
mail-preheader = In this issue: { $headlines }
mail-intro = { $count ->
    [one] this issue brings you one piece of news.
   *[other] this issue brings you { $count } pieces of news.
}
mail-salutation = Hello,
mail-salutation-name = Hello { $name },
mail-web-version = View in browser
mail-unsubscribe = Unsubscribe from this newsletter
mail-preferences = Change your preferences
mail-subscribe = Subscribe to this newsletter
mail-archive = Past issues
mail-imprint = Imprint
mail-privacy = Privacy
mail-read-on = Read on: { $title }
mail-download = Download: { $name }
mail-event-when = When:
mail-event-where = Where:
mail-event-online = Take part online: { $title }
mail-event-calendar = Add to your calendar: { $title }
mail-contents = Contents
mail-partners = Partners
mail-this-edition = Read this issue in English
mail-this-edition-checked = Read this issue in English
mail-easy-to-read = Leichte Sprache
mail-plain-language = Einfache Sprache
mail-checked-by = Checked by: { $name }
mail-why = You receive this e-mail because you subscribed to the newsletter “{ $title }”.
mail-why-web = You are reading the web version of the newsletter “{ $title }”.

mail-confirm-subject = Please confirm your subscription: { $titles }
mail-confirm-heading = Please confirm your subscription
mail-confirm-asked = Somebody entered this e-mail address with { $organisation } in order to receive { $count ->
    [one] this newsletter
   *[other] these newsletters
}:
mail-confirm-when = Entered on:
mail-confirm-please = Was it you? Then please confirm the subscription with this link:
mail-confirm-button = Confirm subscription
mail-confirm-not-you = Was it not you? Then you need not do anything. Without your confirmation we will not send you any newsletter.
mail-confirm-expires = We delete unconfirmed details on:

mail-address-title = Please confirm your new address
mail-address-intro = Somebody asked { $organisation } to send newsletters to this address from now on.
mail-address-please = If that was you, please confirm it:
mail-address-button = Use this address
mail-address-not-you = Was it not you? Then you need not do anything. Nothing changes, and you get no further mail.
mail-link-title = The link to your data
mail-link-intro = You get newsletters of { $organisation }, and somebody asked for the link to your own page. There you can choose language and newsletters, change your address, unsubscribe, see your data and erase it.
mail-link-please = This way:
mail-link-button = Open my page
mail-link-not-you = Was it not you? Then you need not do anything. Please do not pass this link on: whoever has it can change your subscription.
