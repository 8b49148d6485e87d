# Words of the web pages.

## Every page

web-skip = Skip to content
web-languages = Language of this page
web-about = About this service
web-language = English
web-newsletters = Newsletters
web-imprint = Imprint
web-privacy = Privacy
web-accessibility = Accessibility
web-home = To the start page
web-required = required
web-optional = optional
web-errors-heading = Please check what you entered

## Start page

web-home-title = Newsletters
web-home-lead = News by e-mail. You choose what you want to read, and you can stop at any time.
web-home-none = There is no newsletter here at the moment.
web-home-subscribe = Subscribe
web-home-subscribe-to = Subscribe to { $title }
web-home-archive = Past issues
web-home-archive-of = Past issues of { $title }
web-home-search = Search all issues

## Form

web-form-title = Subscribe to { $title }
web-form-email = E-mail address
web-form-email-hint = For example name@example.org
web-form-language = Language of the edition
web-form-name = Name
web-form-name-hint = If you give it, our e-mails will greet you by it.
web-form-consent = Your consent
web-form-privacy = Read more in the privacy notice
web-form-next = After you send this form, you will get an e-mail with a link. Your subscription starts only when you confirm there.
web-form-submit = Sign up
web-form-error-language = This newsletter is not available in this language. Please choose another one.
web-form-error-wording = The wording of the consent has changed in the meantime. Please read it again and then send the form once more.
web-form-error-wait = { $minutes ->
    [one] Too many sign-ups are coming in at the moment. Please send the form again in one minute. What you entered is still here.
   *[other] Too many sign-ups are coming in at the moment. Please send the form again in { $minutes } minutes. What you entered is still here.
}
web-form-error-wait-hours = Too many sign-ups are coming in at the moment. Please send the form again in { $hours } hours. What you entered is still here.
web-form-error-proof = The security check of this form has expired or did not work. Please send the form once more. What you entered is still here.
web-form-trap = Please leave this field empty
web-form-work-begun = Your browser is doing a security check. You may go on filling in the form.
web-form-work-done = The security check is done.
web-form-work-waiting = One moment please: the security check is still running. The form is then sent by itself.
web-form-work-failed = The security check is not possible at the moment. The form is sent without it.

## After the form

web-asked-title = Please check your mail
web-asked-lead = We have sent you an e-mail.
web-asked-step-open = Open the e-mail.
web-asked-step-link = Follow the link in it.
web-asked-step-confirm = Confirm on the page that opens.
web-asked-nothing = No e-mail? Please look into your spam folder, too. Was there a typo in the address? Then fill in the form once more. We send only one such e-mail a day to an address.

## Confirmation

web-confirm-title = Confirm your subscription
web-confirm-lead = You would like to get this newsletter:
web-confirm-lead-many = You would like to get these newsletters:
web-confirm-submit = Yes, confirm my subscription
web-confirm-not-you = You did not ask for this? Then simply close this page. Without confirmation you will get no further e-mails.
web-confirmed-title = Your subscription is confirmed
web-confirmed-lead = Thank you. Starting with the next issue you will get:
web-confirmed-leave = Every e-mail has a link with which you can unsubscribe.
web-confirmed-latest = The latest issue is here to read:
web-confirmed-before-title = Your subscription is already confirmed
web-confirmed-before-lead = Everything is done. You get:
web-expired-title = This link is no longer valid
web-expired-lead = The link has expired. If you still want the newsletter, please fill in the form once more. You will then get a new link.
web-expired-form = To the form
web-unknown-link-title = This link does not work
web-unknown-link-lead = Perhaps it was cut off when it was copied. Please open the link directly from the e-mail.

## Leaving

web-leave-title = Unsubscribe
web-leave-lead = Do you want to stop getting “{ $title }”?
web-leave-this = Unsubscribe from this newsletter
web-leave-all = Unsubscribe from all newsletters
web-leave-others = { $count ->
    [one] You get one more newsletter from us.
   *[other] You get { $count } more newsletters from us.
}
web-leave-effect = This takes effect at once. You need not give a reason.
web-left-title = You are unsubscribed
web-left-lead = You will no longer get “{ $title }”.
web-left-all-lead = You will get no more newsletters from us.
web-left-again = Was that a mistake? You can sign up again at any time.
web-left-form = Subscribe again
web-left-plain = You are unsubscribed.

## Preferences

web-preferences-title = Your preferences
web-preferences-lead = Change your name and the language of your newsletters here, or leave a newsletter.
web-preferences-saved = Your changes are saved.
web-preferences-name-hint = You may leave this empty.
web-preferences-leave = Unsubscribe from { $title }
web-preferences-pending = Not confirmed yet
web-preferences-ended = Unsubscribed
web-preferences-none = You get no newsletter at the moment.
web-preferences-submit = Save changes

## Archive

web-archive-title = { $title }: issues
web-archive-lead = All issues that have been sent so far. The latest one comes first.
web-archive-none = No issue has appeared in this language yet.
web-archive-number = Issue { $number }
web-archive-feed = Subscribe as an Atom feed
web-archive-subscribe = Subscribe by e-mail
web-archive-languages = Issues in another language
web-archive-pages = More pages
web-archive-older = Older issues
web-archive-newest = Latest issues
web-archives-title = Archive
web-archives-lead = Read past issues of our newsletters here, and search all their news.
web-archives-link = All newsletters in the archive
web-search-label = Search the news
web-search-submit = Search
web-search-title = Search for “{ $words }”
web-search-in = In the newsletter “{ $title }”
web-search-in-all = In all newsletters
web-search-range = Results { $from } to { $to }
web-search-none = Nothing found
web-search-tip-fewer = Try fewer words or others. What is found has all the words in it.
web-search-tip-spelling = Check the spelling. Of the last word the beginning is enough.
web-search-tip-language = Search in another language or in all newsletters.
web-search-next = More results
web-search-previous = Previous results
web-search-others = Search in another language
web-search-everywhere = Search in all newsletters
web-search-back = Back to the archive

## Legal pages

web-imprint-title = Imprint
web-imprint-provider = Who provides this service
web-imprint-represented = Represented by
web-imprint-contact = Contact
web-imprint-email = E-mail
web-imprint-phone = Telephone
web-imprint-register = Register
web-imprint-vat = VAT identification number
web-imprint-authority = Supervisory authority
web-imprint-responsible = Responsible for the content
web-imprint-missing = Nothing has been entered for this installation yet.
web-privacy-title = Privacy notice
web-privacy-missing = No privacy notice has been entered for this installation yet.

## Errors

web-error-400-title = This request was not complete
web-error-400-lead = Please go back and try again.
web-error-403-title = This is not allowed here
web-error-403-lead = The request came from another site, or your account may not do this. Please reload the page and try again.
web-error-404-title = This page does not exist
web-error-404-lead = Perhaps the address is incomplete, or the page has been removed.
web-error-405-title = This page cannot be opened that way
web-error-405-lead = Please begin again at the start page.
web-error-413-title = That was too much at once
web-error-413-lead = What you sent is too large. Please shorten it and try again.
web-error-429-title = Too many attempts
web-error-429-lead = Please wait a moment and then try again.
web-error-500-title = Something went wrong here
web-error-500-lead = The fault is ours, not yours. Please try again in a few minutes.

## For programs

web-api-error-type = Please send JSON: Content-Type: application/json.
web-api-error-json = This is not the JSON that is expected here. The README shows it.
web-api-error-newsletter = There is no such newsletter.
web-api-error-proof = The proof of work is wrong, expired or used. Please solve a new challenge.

## Staff

web-staff = Newsroom
web-staff-nav = Parts of the newsroom
web-staff-desk = Desk
web-staff-sessions = Sessions
web-staff-sign-out = Sign out
web-staff-role = Role: { $role }
web-staff-role-author = author
web-staff-role-editor = editor
web-staff-role-admin = administrator
web-staff-role-privacy = data protection
web-staff-role-viewer = read only

web-sign-in-title = Sign in to the newsroom
web-sign-in-password = Password
web-sign-in-submit = Sign in
web-sign-in-refused = E-mail address and password do not belong together. Please check both.
web-sign-in-wait = { $seconds ->
    [one] Too many attempts. Please wait one second.
   *[other] Too many attempts. Please wait { $seconds } seconds.
}
web-sign-in-done = You are signed out.
web-sign-in-invited = Your password is saved. Now sign in with it.

web-invitation-title = Choose a password
web-invitation-lead = Welcome to the newsroom. Choose a password for { $address }.
web-invitation-hint = At least 12 characters. Best are several words that do not belong together. Pasting from a password manager is welcome.
web-invitation-submit = Save password
web-invitation-unknown-title = This invitation is no longer valid
web-invitation-unknown-lead = It has been used already, or it has expired. Ask an administrator for a new one.

web-desk-title = Desk
web-desk-none = There is no newsletter yet. Add one: rundbrief newsletter add
web-desk-fenced = Nothing is sent at the moment: the database seems to be a restored backup or a copy. Whoever runs the server must look first: rundbrief instance status
web-desk-ready = Ready for the next issue
web-desk-ready-count = { $count ->
    [one] One news item is ready
   *[other] { $count } news items are ready
}
web-desk-nothing-ready = No news item is ready.
web-desk-drafts = Drafts
web-desk-take = Next issue
web-desk-take-of = Take “{ $title }” into the next issue
web-desk-later = Later
web-desk-later-of = Leave “{ $title }” for later
web-desk-used = This news item was published or removed in the meantime.
web-desk-preview = Look at it first
web-desk-preview-of = Look at the next issue of { $title } first
web-desk-publish = Publish issue
web-desk-publish-of = Publish an issue of { $title }
web-desk-issues = Issues
web-desk-no-issues = No issue yet.
web-desk-subscribers = { $count ->
    [0] Nobody gets this newsletter
    [one] One person gets this newsletter
   *[other] { $count } people get this newsletter
}
web-desk-public-page = See the form
web-desk-archive = See the archive
web-desk-private = Not public

web-item-title = News item
web-item-source = It comes from the feed { $address }.

web-preview-title = Look at the next issue
web-preview-editions = Edition
web-preview-views = Shown as
web-preview-wide = Mail program
web-preview-narrow = Phone
web-preview-no-images = Without pictures
web-preview-no-style = Without style
web-preview-dark = Dark
web-preview-text = Text
web-preview-source = Source
web-preview-reader = As one of its readers
web-preview-as = Shown with the name of { $reader }, who gets the edition “{ $language }”.
web-preview-anyone = Show it as anybody’s
web-preview-address = E-mail address of the reader
web-preview-look = Show
web-preview-test = As a mail to yourself
web-preview-test-hint = This edition goes to { $address } and to nobody else. The issue stays unpublished.
web-preview-send = Send a test
web-preview-sent = The test is on its way to you.
web-preview-suppressed = No mail may be sent to your address: it refused mails, or somebody objected.
web-preview-nobody = Nobody reads this newsletter at that address.

web-embed-title = { $title }: the form on your own pages
web-embed-lead = With one of these two pieces of HTML, visitors of another web site can sign up. Neither needs a script or a cookie.
web-embed-form = A form
web-embed-form-hint = It looks like the page around it. Sign-ups by such a form count as those without a security check, of which there may be only so many an hour.
web-embed-frame = Our form in a frame
web-embed-frame-hint = It brings its own look and the security check. Only pages of the web sites in the setting embed.origins may show it.
web-embed-origins = These web sites may: { $origins }
web-embed-no-origins = No web site may at the moment.
web-embed-link = Put the form on other pages

web-publish-title = Publish issue
web-publish-of = { $title }
web-publish-recipients = Recipients
web-publish-languages = Languages
web-publish-items = News items in this issue
web-publish-items-count = { $count ->
    [one] One news item
   *[other] { $count } news items
}
web-publish-missing = Not every news item exists in every language: { $languages }. These readers get only what is ready in their language.
web-publish-who = Who gets what?
web-publish-gets = { $language }: { $readers } get the edition “{ $edition }”.
web-publish-gets-nothing = { $language }: { $readers } get nothing.
web-publish-left-out = Not in this issue, because past or cancelled: { $headlines }
web-publish-check = The check before sending
web-publish-check-fine = It has found no errors.
web-publish-check-errors = It has found errors that readers would stumble over. Please mend them first.
web-publish-check-others = { $count ->
    [one] One warning or hint
   *[other] { $count } warnings and hints
}
web-publish-despite = Publish although there are errors. I answer for it: { $name }. This is recorded.
web-publish-refused = The issue was not published, because the check found errors. Mend them, or tick below that you answer for them.
web-publish-final = Once published, the issue cannot be changed any more. You can still pause the sending.
web-publish-submit = Publish now
web-publish-back = Back to the desk
web-publish-nothing = No news item is ready. So nothing was published.
web-publish-settings = Settings are missing without which no issue may be sent: { $names }.
web-publish-unsigned = There is no DKIM key for this newsletter’s sender address, so nothing goes out. Please ask whoever runs the server: the setting is dkim.keys.
web-publish-settings-short = Settings are missing without which no issue may be sent.
web-publish-nobody = Nobody gets this newsletter at the moment. The issue will appear in the archive only.

web-issue-title = { $title }: issue { $number }
web-issue-title-unnumbered = { $title }: next issue
web-issue-refresh = Refresh
web-issue-as-of = As of { $time }
web-issue-held = This issue waits for a decision: { $reason }
web-issue-unknown = Of the doubtful mails nobody knows whether the mail server still took them. If you send them again, some readers may get one twice. If you mark them as delivered, some may get none.
web-issue-resend = Send again
web-issue-accept = Mark as delivered
web-issue-retry = Send failed mails again
web-issue-progress = { $count ->
    [one] { $done } of 1 mail is done
   *[other] { $done } of { $total } mails are done
}
web-issue-ledger = Sending
web-issue-pause = Pause
web-issue-resume = Resume
web-issue-cancel = Stop sending
web-issue-despite = Release despite errors
web-issue-despite-done = { $name } published this issue on { $time } although the check had found errors.
web-issue-refused = The issue was not released, because the check found errors. Mend them, or release it despite them. That is recorded with your name.
web-issue-check = What does the check say?
web-issue-release = Release
web-issue-not-now = The issue's present state does not allow this.
web-issue-open = See issue { $number }
web-issue-read = Read in the archive

web-said-published = Issue { $number } is published and on its way. You can close this page.
web-said-paused = Sending is paused. { $sent } of { $total } mails have gone out.
web-said-resumed = Sending goes on. { $open } of { $total } mails are still to go.
web-said-released = Issue { $number } is released. { $open } of { $total } mails are still to go.
web-said-cancelled = Sending stopped. { $sent } had gone out, { $left } were left out.
web-said-unplanned = The next issue is cancelled. Nothing was sent. Its news items are still ready.
web-said-resent = { $count ->
    [one] One mail is sent again.
   *[other] { $count } mails are sent again.
}
web-said-accepted = { $count ->
    [one] One mail is marked as delivered.
   *[other] { $count } mails are marked as delivered.
}
web-said-taken = The item is now in the next issue.
web-said-put-back = The item is saved for later.
web-ask-cancel = Stop sending issue { $number }?
web-ask-cancel-lead = { $sent } of { $total } mails have gone out. The { $open } still waiting will never go out. This cannot be undone.
web-ask-cancel-submit = Stop sending
web-ask-unplan = Cancel the next issue?
web-ask-unplan-lead = Nothing has been sent yet, and nothing will be. The news items stay ready for another issue.
web-ask-unplan-submit = Cancel the issue
web-ask-resend = { $unknown ->
    [one] Send this mail again?
   *[other] Send these { $unknown } mails again?
}
web-ask-resend-lead = We don’t know whether they arrived. Whoever has got one already will get it twice.
web-ask-resend-submit = Send again
web-ask-accept = { $unknown ->
    [one] Mark this mail as delivered?
   *[other] Mark these { $unknown } mails as delivered?
}
web-ask-accept-lead = We don’t know whether they arrived. Whoever has not got one will not get it any more. This cannot be undone.
web-ask-accept-submit = Mark as delivered
web-ask-back = No, go back

web-course-rate = Speed
web-course-second = about { $rate } mails a second
web-course-minute = { $count ->
    [one] about one mail a minute
   *[other] about { $count } mails a minute
}
web-course-left = Time left
web-course-soon = less than a minute
web-course-minutes = { $count ->
    [one] about one minute
   *[other] about { $count } minutes
}
web-course-hours = { $count ->
    [one] about one hour
   *[other] about { $count } hours
}
web-course-deferred = Put off
web-course-deferred-next = { $count ->
    [one] The mail server has put one mail off. It is due { $time }.
   *[other] The mail server has put { $total } mails off. The next is due { $time }.
}
web-course-rests = Sending rests until { $time }, because the mail server is in trouble: { $reason }. No reader is charged for it.
web-refusals = The mail server’s last refusals
web-refusals-said = Its answer
web-refusals-count = Mails
web-doubts = Mails in doubt
web-doubts-to = Recipient
web-doubts-when = When
web-doubts-heard = What was last heard
web-doubts-since = in doubt since { $time }
web-doubts-tried = first tried { $time }
web-doubts-nothing = nothing
web-doubts-resent = { $count ->
    [one] sent again once already
   *[other] sent again { $count } times already
}
web-doubts-more = Only the first { $count } are shown. The command “rundbrief issue unknown” lists them all.

web-state-draft = draft
web-state-scheduled = scheduled
web-state-preparing = preparing
web-state-sending = sending
web-state-paused = paused
web-state-sent = sent
web-state-held = waits for you
web-state-cancelled = cancelled

web-count-recipients = recipients
web-count-queued = queued
web-count-claimed = claimed
web-count-transmitting = transmitting
web-count-sent = sent
web-count-bounced = bounced
web-count-failed = failed
web-count-unknown = unknown
web-count-skipped = skipped

web-sessions-title = Your sessions
web-sessions-lead = This is where you are signed in. End a session that you do not know.
web-sessions-started = Signed in
web-sessions-seen = Last used
web-sessions-current = This session
web-sessions-revoke = End session
web-sessions-revoked = The session is ended.

## Demo

web-demo-banner = Demonstration: no real e-mails are sent.
web-demo-mails = Captured mails
web-demo-title = Captured mails
web-demo-lead = In the demonstration no e-mail leaves this machine. Here you see each one as it would arrive.
web-demo-tour = How to try everything
web-demo-step-subscribe = Subscribe to a newsletter.
web-demo-step-confirm = Open the confirmation mail here, and confirm.
web-demo-step-publish = Sign in to the newsroom and publish an issue.
web-demo-step-read = Read it here, and unsubscribe with one click.
web-demo-none = No e-mail has arrived yet.
web-demo-from = From
web-demo-to = To
web-demo-date = Date
web-demo-subject = Subject
web-demo-html = Formatted version
web-demo-text = Text version
web-demo-headers = Header fields
web-demo-back = All mails
web-demo-refresh = Refresh
web-demo-frame = The e-mail “{ $subject }” as a mail program shows it
web-demo-unreadable = This file could not be read as an e-mail.

## What can be wrong with an e-mail address (domain/address.rs) and with a name (domain/header.rs)

address-error-empty = Please enter your e-mail address.
address-error-no-at = An e-mail address has an @ in it, for example name@example.org.
address-error-several = Please enter exactly one e-mail address with exactly one @.
address-error-display-name = Please enter the address alone, without a name and without angle brackets.
address-error-control = There is an invisible character or a line break in the e-mail address. Please type it anew.
address-error-space = There is a space in the e-mail address. Please remove it.
address-error-quoted = We cannot use addresses with quotation marks.
address-error-comment = Parentheses do not belong in an e-mail address.
address-error-domain-literal = After the @ there must be a name, not an IP number.
address-error-local-empty = Something is missing before the @, for example name@example.org.
address-error-local-dots = The part before the @ must not begin or end with a dot or have two dots in a row.
address-error-local-character = The character “{ $character }” is not possible before the @.
address-error-local-international = Our mail server cannot send to addresses with such characters before the @. Please take another address.
address-error-own-international = This address stands in every mail, so only ASCII letters are possible before the @.
address-error-local-too-long = The part before the @ is too long.
address-error-domain-empty = Something is missing after the @, for example name@example.org.
address-error-domain-no-dot = After the @ an ending like .de or .org is missing.
address-error-domain-dots = The part after the @ must not begin or end with a dot or have two dots in a row.
address-error-domain-invalid = The part after the @ cannot exist like this. Please check it.
address-error-too-long = The e-mail address is too long.
header-error-control = The name has a line break or an invisible character in it. Please type it anew.
header-error-too-long = The name is too long.

## What can be wrong with a password (domain/staff.rs)

password-error-too-short = The password is too short. It needs at least 12 characters.
password-error-too-long = The password is too long. It may have at most 256 characters.
password-error-too-easy = This password would be guessed quickly. Please take one with more ideas of your own.
password-error-hashing = The password could not be saved just now. Please try again.
