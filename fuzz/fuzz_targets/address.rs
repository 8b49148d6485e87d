//! Any text as an e-mail address: what is taken can be read again from each of its own forms, and can go over the wire.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rundbrief::domain::address::Address;

fuzz_target!(|text: &str| {
    let Ok(address) = Address::parse(text) else { return };
    let canonical = address.canonical();
    for form in [address.as_typed(), canonical, &address.wire()] {
        let again = Address::parse(form).unwrap_or_else(|error| panic!("{form:?} of {text:?}: {error}"));
        assert_eq!(again.canonical(), canonical, "{form:?} of {text:?}");
    }
    assert!(!canonical.chars().any(|c| c.is_control() || c.is_whitespace() || c.is_ascii_uppercase()), "{canonical:?}");
    assert!(address.domain().is_ascii() && canonical.ends_with(address.domain()), "{canonical:?}");
    let wire = address.wire();
    assert!(!wire.contains(['\r', '\n', '\0', ' ', '<', '>', '"', ',']) && wire.matches('@').count() == 1, "{wire:?}");
    assert!(wire.len() <= 254 && canonical.len() <= 254, "{canonical:?}");
    assert_eq!(address.needs_smtputf8(), !wire.is_ascii(), "{wire:?}");
});
