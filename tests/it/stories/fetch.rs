//! Whatever address somebody writes down, and wherever a server sends us on: this server asks no neighbour of its own (R199).

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use rundbrief::domain::feed::Validators;
use rundbrief::domain::reach::Reach;
use rundbrief::fetch::{FetchError, Fetched, Fetcher};

use crate::support::site::Site;

/// Asks this website, and nobody else.
pub fn loopback(site: &Site) -> Fetcher {
    let reach = Reach { ports: vec![site.port()], networks: vec!["127.0.0.0/8".parse().unwrap()] };
    Fetcher::new(reach, "Rundbrief")
}

async fn get(fetcher: &Fetcher, url: &str) -> Result<Vec<u8>, FetchError> {
    match fetcher.get(url, &Validators::default()).await? {
        Fetched::New { bytes, .. } => Ok(bytes),
        Fetched::Unchanged => panic!("nothing was known before"),
    }
}

#[tokio::test]
async fn nobody_makes_this_server_ask_its_neighbours() {
    let fetcher = Fetcher::new(Reach { ports: vec![80, 443], networks: Vec::new() }, "Rundbrief");
    // One address for every spelling a browser would understand (WHATWG URL §3.5).
    for inside in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "https://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::7f00:1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001::1]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
    ] {
        assert!(matches!(get(&fetcher, inside).await, Err(FetchError::Inside(_))), "{inside}");
        assert!(matches!(fetcher.probe(inside).await, Err(FetchError::Inside(_))), "{inside}");
    }
    for (url, why) in [
        ("ftp://93.184.215.14/", FetchError::Scheme),
        ("file:///etc/passwd", FetchError::Scheme),
        ("gopher://93.184.215.14/", FetchError::Scheme),
        ("http://93.184.215.14:22/", FetchError::Port(22)),
        ("http://ada:secret@93.184.215.14/", FetchError::Credentials),
        ("zentrum.example", FetchError::NoAddress("zentrum.example".to_owned())),
    ] {
        assert_eq!(get(&fetcher, url).await, Err(why), "{url}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_asked_nothing_and_looked_up_once() {
    let site = Site::start();
    site.put("/", &["200 OK"], "inside");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    // The name server of somebody who wants in: at first an address that may be asked, then another. (Nothing outside this
    // computer is asked here: 127.0.0.2 stands for the internet.)
    let lookup = move |name: String| {
        let mut asked = noted.lock().unwrap();
        asked.push(name.clone());
        let address = match (name.as_str(), asked.len()) {
            ("inside.example", _) => "127.0.0.1",
            ("both.example", _) => return Ok(vec!["::1".parse().unwrap(), "10.0.0.7".parse().unwrap()]),
            (_, 1) => "127.0.0.2",
            _ => "127.0.0.1",
        };
        Ok(vec![address.parse::<IpAddr>().unwrap()])
    };
    let reach = Reach { ports: vec![site.port()], networks: vec!["127.0.0.2/32".parse().unwrap()] };
    let fetcher = Fetcher::with_lookup(reach, "Rundbrief", Arc::new(lookup));
    let url = |name: &str| format!("http://{name}:{}/", site.port());
    for name in ["inside.example", "both.example"] {
        assert_eq!(get(&fetcher, &url(name)).await, Err(FetchError::Inside(name.to_owned())));
    }
    asked.lock().unwrap().clear();
    // The address that was vetted is the one that is asked: nobody listens there, and here nobody was asked.
    let failed = get(&fetcher, &url("rebinding.example")).await;
    assert!(matches!(failed, Err(FetchError::Connection(_))), "{failed:?}");
    assert_eq!(asked.lock().unwrap().len(), 1);
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn redirects_are_vetted_each_and_are_three_at_most() {
    let site = Site::start();
    let fetcher = loopback(&site);
    site.put("/4", &["302 Found", "Location: /3"], "");
    site.put("/3", &["302 Found", "Location: /2"], "");
    site.put("/2", &["301 Moved Permanently", "Location: /1"], "");
    site.put("/1", &["307 Temporary Redirect", "Location: /0"], "");
    site.put("/0", &["200 OK"], "here");
    assert_eq!(get(&fetcher, &site.url("/3")).await, Ok(b"here".to_vec()));
    assert_eq!(get(&fetcher, &site.url("/4")).await, Err(FetchError::Redirects));
    for (to, why) in [
        ("http://192.168.1.1:PORT/", FetchError::Inside("192.168.1.1".to_owned())),
        ("http://[::1]:PORT/", FetchError::Inside("[::1]".to_owned())),
        ("http://127.0.0.1:22/", FetchError::Port(22)),
        ("file:///etc/passwd", FetchError::Status(302)), // nobody follows it at all
        ("http://ada:secret@127.0.0.1:PORT/0", FetchError::Credentials),
    ] {
        let location = format!("Location: {}", to.replace("PORT", &site.port().to_string()));
        site.put("/out", &["302 Found", &location], "");
        assert_eq!(get(&fetcher, &site.url("/out")).await, Err(why), "{to}");
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_cut_off() {
    let site = Site::start();
    let fetcher = loopback(&site);
    site.put("/large", &["200 OK"], vec![b' '; 5_000_001]);
    assert_eq!(get(&fetcher, &site.url("/large")).await, Err(FetchError::TooLarge));
    site.put("/fits", &["200 OK"], vec![b' '; 5_000_000]);
    assert_eq!(get(&fetcher, &site.url("/fits")).await.unwrap().len(), 5_000_000);
    // Asked for no compression, it compresses nevertheless: nothing is unpacked.
    site.put("/packed", &["200 OK", "Content-Encoding: gzip"], vec![0x1f, 0x8b, 8, 0]);
    assert_eq!(get(&fetcher, &site.url("/packed")).await, Ok(vec![0x1f, 0x8b, 8, 0]));
}

/// Time passes by itself as soon as nobody has anything to do.
#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_left_alone() {
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    let reach = Reach { ports: vec![port], networks: vec!["127.0.0.0/8".parse().unwrap()] };
    let fetcher = Fetcher::new(reach, "Rundbrief");
    assert_eq!(get(&fetcher, &format!("http://127.0.0.1:{port}/")).await, Err(FetchError::Timeout));
}
