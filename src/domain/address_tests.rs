//! What people type into the form, what we make of it, and the limits of RFC 5321.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use proptest::prelude::*;

use super::address::{Address, AddressError, domain_name, mailto};

#[test]
fn addresses_that_are_taken() {
    for (typed, canonical) in [
        ("ada@example.org", "ada@example.org"),
        ("  ada@example.org\t", "ada@example.org"),
        ("\u{a0}ada@example.org\u{2003}", "ada@example.org"),
        ("A.B@Example.ORG", "a.b@example.org"),
        ("ada+news@example.org", "ada+news@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("a-b_c/d=e&f@example.org", "a-b_c/d=e&f@example.org"),
        ("!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"),
        ("1@example.org", "1@example.org"),
        ("-@example.org", "-@example.org"),
        ("ada@a.b.c.example.museum", "ada@a.b.c.example.museum"),
        ("ada@ex-ample.co.uk", "ada@ex-ample.co.uk"),
        ("ada@r4---sn.example.org", "ada@r4---sn.example.org"),
        ("ada@1und1.example", "ada@1und1.example"),
        ("ada@123.example", "ada@123.example"),
        ("x@münchen.de", "x@xn--mnchen-3ya.de"),
        ("x@MÜNCHEN.DE", "x@xn--mnchen-3ya.de"),
        ("x@xn--mnchen-3ya.de", "x@xn--mnchen-3ya.de"),
        ("x@straße.de", "x@xn--strae-oqa.de"),
        ("x@例え。jp", "x@xn--r8jz45g.jp"),
        ("jürgen@example.org", "jürgen@example.org"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
    ] {
        let address = Address::parse(typed).unwrap_or_else(|error| panic!("{typed}: {error}"));
        assert_eq!(address.canonical(), canonical, "{typed}");
        assert_eq!(address.as_typed(), typed.trim());
    }
}

#[test]
fn addresses_that_are_refused_and_what_people_are_told() {
    use AddressError as E;
    for (typed, error) in [
        ("", E::Empty),
        (" \t ", E::Empty),
        ("ada", E::NoAt),
        ("ada.example.org", E::NoAt),
        ("@example.org", E::LocalPartEmpty),
        ("ada@", E::DomainEmpty),
        ("@", E::LocalPartEmpty),
        ("ada@@example.org", E::SeveralAddresses),
        ("ada@b@example.org", E::SeveralAddresses),
        ("ada@example.org,bob@example.org", E::SeveralAddresses),
        ("ada@example.org; bob@example.org", E::SeveralAddresses),
        ("ada@example.org bob@example.org", E::SeveralAddresses),
        ("@relay.example:ada@example.org", E::SeveralAddresses),
        ("Ada <ada@example.org>", E::DisplayName),
        ("\"Ada L.\" <ada@example.org>", E::DisplayName),
        ("<ada@example.org>", E::DisplayName),
        ("ada@example.org\r\nBcc: x@example.org", E::ControlCharacter),
        ("ada@example.org\n", E::ControlCharacter),
        ("\0ada@example.org", E::ControlCharacter),
        ("a\u{85}da@example.org", E::ControlCharacter),
        ("a\u{7f}da@example.org", E::ControlCharacter),
        ("ada lovelace@example.org", E::InnerSpace),
        ("ada@exam ple.org", E::InnerSpace),
        ("ada@ example.org", E::InnerSpace),
        ("ada\t@example.org", E::InnerSpace),
        ("a\u{a0}da@example.org", E::InnerSpace),
        ("\"ada\"@example.org", E::Quoted),
        ("\"a b\"@example.org", E::Quoted),
        ("a\"b@example.org", E::Quoted),
        ("ada(home)@example.org", E::Comment),
        ("ada@example.org(home)", E::Comment),
        ("ada@[192.0.2.1]", E::DomainLiteral),
        ("ada@[IPv6:2001:db8::1]", E::DomainLiteral),
        ("ada@192.0.2.1", E::DomainLiteral),
        (".ada@example.org", E::LocalPartDots),
        ("ada.@example.org", E::LocalPartDots),
        ("a..da@example.org", E::LocalPartDots),
        ("a\\da@example.org", E::LocalPartCharacter('\\')),
        ("a[d]a@example.org", E::LocalPartCharacter('[')),
        ("mailto:ada@example.org", E::LocalPartCharacter(':')),
        ("a\u{200b}da@example.org", E::LocalPartCharacter('\u{200b}')),
        ("a\u{202e}da@example.org", E::LocalPartCharacter('\u{202e}')),
        ("ada@localhost", E::DomainWithoutDot),
        ("ada@.example.org", E::DomainDots),
        ("ada@example.org.", E::DomainDots),
        ("ada@example..org", E::DomainDots),
        ("ada@example。。org", E::DomainDots),
        ("ada@.", E::DomainDots),
        ("ada@-example.org", E::DomainInvalid),
        ("ada@example-.org", E::DomainInvalid),
        ("ada@exam_ple.org", E::DomainInvalid),
        ("ada@example.org/x", E::DomainInvalid),
        ("ada@example.org:25", E::DomainInvalid),
        ("ada@xn--a.org", E::DomainInvalid),
        ("ada@exa%6dple.org", E::DomainInvalid),
        ("ada@ex\u{ff20}mple.org", E::DomainInvalid),
    ] {
        assert_eq!(Address::parse(typed).err(), Some(error.clone()), "{typed:?}");
        assert!(AddressError::KEYS.contains(&error.key()));
        assert!(typed.len() < 4 || !error.to_string().contains(typed), "the sentence repeats the input: {error}");
    }
}

#[test]
fn the_limits_of_rfc_5321_hold_to_the_octet() {
    let local = |n: usize| format!("{}@example.org", "a".repeat(n));
    assert!(Address::parse(&local(64)).is_ok());
    assert_eq!(Address::parse(&local(65)).err(), Some(AddressError::LocalPartTooLong));
    // 32 two-byte letters are 64 octets.
    assert!(Address::parse(&format!("{}@example.org", "ü".repeat(32))).is_ok());
    assert_eq!(Address::parse(&format!("{}@example.org", "ü".repeat(33))).err(), Some(AddressError::LocalPartTooLong));

    let label = |n: usize| format!("a@{}.org", "b".repeat(n));
    assert!(Address::parse(&label(63)).is_ok());
    assert_eq!(Address::parse(&label(64)).err(), Some(AddressError::TooLong));

    let whole = |n: usize| {
        let rest = n - 64 - 1 - 64 * 2 - 4;
        format!("{}@{1}.{1}.{2}.org", "a".repeat(64), "b".repeat(63), "c".repeat(rest))
    };
    assert_eq!(whole(254).len(), 254);
    assert!(Address::parse(&whole(254)).is_ok());
    assert_eq!(Address::parse(&whole(255)).err(), Some(AddressError::TooLong));
}

#[test]
fn neither_dots_nor_tags_are_removed() {
    let canonical = |typed: &str| Address::parse(typed).unwrap();
    assert_ne!(canonical("a.b@gmail.com"), canonical("ab@gmail.com"));
    assert_ne!(canonical("a+x@gmail.com"), canonical("a@gmail.com"));
    assert_eq!(canonical("A.B@Example.ORG"), canonical("a.b@example.org"));
    assert_eq!(canonical("x@münchen.de"), canonical("x@xn--mnchen-3ya.de"));
    // An "ü" of one character and of two; letters beyond ASCII keep their case.
    assert_eq!(canonical("j\u{fc}rgen@example.org"), canonical("ju\u{308}rgen@example.org"));
    assert_eq!(canonical("ju\u{308}rgen@example.org").wire(), "ju\u{308}rgen@example.org");
    assert_ne!(canonical("ärger@example.org"), canonical("Ärger@example.org"));
}

#[test]
fn what_an_address_is_compared_by_is_an_address_itself_and_compared_by_the_same() {
    // A capital with a mark that only its small letter has a composed form with: one mailbox, not two.
    for (typed, canonical) in [
        ("J\u{30c}@example.org", "\u{1f0}@example.org"),
        ("j\u{30c}@example.org", "\u{1f0}@example.org"),
        ("H\u{331}.W\u{30a}.T\u{308}.Y\u{30a}@example.org", "\u{1e96}.\u{1e98}.\u{1e97}.\u{1e99}@example.org"),
        // The Kelvin sign is a "K".
        ("\u{212a}@example.org", "k@example.org"),
    ] {
        let address = Address::parse(typed).unwrap();
        assert_eq!(address.canonical(), canonical, "{typed}");
        assert_eq!(Address::parse(address.canonical()).unwrap().canonical(), canonical, "{typed}");
    }
    // A Greek question mark becomes a semicolon, which parts two addresses.
    assert_eq!(Address::parse("a\u{37e}b@example.org").unwrap_err(), AddressError::LocalPartCharacter(';'));
    // U+0958 is composed of two characters and grows from 3 bytes to 6: 243 bytes as typed are 273 then.
    let domain = [&"b".repeat(63), &"b".repeat(63), &"b".repeat(63), &"c".repeat(20)].map(String::as_str).join(".");
    assert_eq!(Address::parse(&format!("{}@{domain}", "\u{958}".repeat(10))).unwrap_err(), AddressError::TooLong);
    assert!(Address::parse(&format!("{}@{domain}", "\u{958}".repeat(6))).is_ok());
}

#[test]
fn only_a_local_part_beyond_ascii_needs_smtputf8() {
    let idn = Address::parse("Ada.L@MÜNCHEN.de").unwrap();
    assert_eq!((idn.wire().as_str(), idn.domain()), ("Ada.L@xn--mnchen-3ya.de", "xn--mnchen-3ya.de"));
    assert!(!idn.needs_smtputf8());
    assert!(Address::parse("jürgen@example.org").unwrap().needs_smtputf8());
}

#[test]
fn a_log_shows_only_the_domain() {
    let address = Address::parse("ada.lovelace@example.org").unwrap();
    assert_eq!(format!("{address:?}"), "Address(…@example.org)");
}

proptest! {
    #[test]
    fn no_input_makes_the_parser_panic(input in any::<String>()) {
        let _ = Address::parse(&input);
    }

    #[test]
    fn no_arrangement_of_telling_characters_makes_it_panic(input in "[a@.<>\"(), ;:\\[\\]\\\\ü。\u{301}x-]{0,40}") {
        let _ = Address::parse(&input);
    }

    #[test]
    fn what_is_taken_comes_back_the_same(local in "[A-Za-z0-9+_'-]{1,20}(\\.[A-Za-z0-9ü]{1,9}){0,2}", domain in "[a-zA-Z0-9äöü]{1,20}(\\.[a-z]{2,9}){1,2}") {
        let typed = format!("{local}@{domain}");
        let address = Address::parse(&typed).unwrap();
        prop_assert_eq!(address.as_typed(), &typed);
        let wire = Address::parse(&address.wire()).unwrap();
        prop_assert_eq!(&wire, &address);
        prop_assert_eq!(wire.wire(), address.wire());
        let canonical = Address::parse(address.canonical()).unwrap();
        prop_assert_eq!(canonical.canonical(), address.canonical());
        prop_assert!(address.wire().len() <= 254 && address.domain().is_ascii());
    }
}

#[test]
fn an_address_of_our_own_needs_no_smtputf8() {
    for (typed, wire) in [
        ("news@example.org", Some("news@example.org")),
        (" News@MÜNCHEN.example ", Some("News@xn--mnchen-3ya.example")),
        ("news@xn--mnchen-3ya.example", Some("news@xn--mnchen-3ya.example")),
        ("nächte@example.org", None),
        ("nächte@münchen.example", None),
        ("ｎews@example.org", None),
    ] {
        let own = Address::parse_own(typed);
        assert_eq!(own.as_ref().ok().map(Address::wire).as_deref(), wire, "{typed}");
        if let Err(error) = own {
            assert_eq!(error, AddressError::OwnInternational, "{typed}");
        }
    }
    assert_eq!(Address::parse_own("nobody"), Err(AddressError::NoAt));
}

#[test]
fn a_link_to_an_address_is_ascii_and_nothing_in_it_ends_the_address() {
    for (typed, link) in [
        ("news@example.org", "mailto:news@example.org"),
        ("Ada.Lovelace+news@MÜNCHEN.example", "mailto:Ada.Lovelace+news@xn--mnchen-3ya.example"),
        ("o'hara@example.org", "mailto:o'hara@example.org"),
        ("jörg@example.org", "mailto:j%C3%B6rg@example.org"),
        ("a?b=c&d#e%f/g@example.org", "mailto:a%3Fb%3Dc%26d%23e%25f%2Fg@example.org"),
    ] {
        assert_eq!(mailto(typed).as_deref(), Some(link));
    }
    assert_eq!(mailto("nobody"), None);
    for (typed, name) in
        [("MÜNCHEN.example", Some("xn--mnchen-3ya.example")), ("example.org", Some("example.org")), ("a b.org", None), ("", None)]
    {
        assert_eq!(domain_name(typed).ok().as_deref(), name);
    }
}
