//! On a folder of its own each.

use http::StatusCode;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const NOW: Millis = Millis(1_800_000_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const WITHIN: Duration = Duration::from_secs(20);
const BASE: &str = "http://127.0.0.1:8080";

fn folder() -> (TempDir, Folder) {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::new(root.path().join("files"), BASE).unwrap();
    (root, folder)
}

fn key(bytes: &[u8]) -> FileKey {
    FileKey::of(&"shop".parse().unwrap(), bytes)
}

async fn kept(
    folder: &Folder,
    bytes: &'static [u8],
    declared: &str,
    name: &str,
) -> (FileKey, String) {
    let upload = Upload::new(bytes, Some(declared), Some(name)).unwrap();
    let key = key(bytes);
    folder.put(&key, &upload, WITHIN).await.unwrap();
    let url = folder.url(&key, &upload.shown(), HOUR, NOW).unwrap();
    (key, url.strip_prefix(BASE).unwrap().to_owned())
}

#[tokio::test]
async fn what_was_put_is_got_and_served() {
    let (_root, folder) = folder();
    let (key, url) = kept(&folder, PNG, "image/png", "Счёт.png").await;
    let got = folder.get(&key, PNG.len(), WITHIN).await.unwrap();
    assert_eq!(
        (got.bytes.as_ref(), got.media_type.as_str()),
        (PNG, "image/png")
    );

    let response = folder.open(&url, NOW).await.unwrap().into_response();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.body().as_ref(), PNG);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(
        headers["content-disposition"],
        "inline; filename=\"____.png\"; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82.png"
    );
    assert_eq!(headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn what_runs_is_saved_and_never_shown() {
    let (_root, folder) = folder();
    let (key, url) = kept(&folder, b"<html>", "text/html", "a.html").await;
    let stored = folder.open(&url, NOW).await.unwrap();
    assert_eq!(stored.kept.media_type, MediaType::anything());
    assert_eq!(stored.disposition, "attachment; filename=\"a.html\"");

    // A message that calls it a picture changes nothing.
    let shown = Shown::new(Some("a.png"), Some("image/png"));
    let url = folder.url(&key, &shown, HOUR, NOW).unwrap();
    let stored = folder
        .open(url.strip_prefix(BASE).unwrap(), NOW)
        .await
        .unwrap();
    assert_eq!(stored.disposition, "attachment; filename=\"a.png\"");
}

#[tokio::test]
async fn again_is_fine_and_leaves_nothing_lying_about() {
    let (root, folder) = folder();
    let upload = Upload::new(PNG, None, None).unwrap();
    let key = key(PNG);
    let puts = [(); 8].map(|()| folder.put(&key, &upload, WITHIN));
    for put in puts {
        put.await.unwrap();
    }
    let (a, b) = tokio::join!(
        folder.put(&key, &upload, WITHIN),
        folder.put(&key, &upload, WITHIN)
    );
    a.unwrap();
    b.unwrap();
    let names: Vec<_> = fs::read_dir(root.path().join("files/shop"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, [key.parts().1]);
}

#[tokio::test]
async fn too_long_and_not_there_are_told_apart() {
    let (root, folder) = folder();
    let (png, _) = kept(&folder, PNG, "image/png", "a.png").await;
    assert!(matches!(
        folder.get(&png, PNG.len() - 1, WITHIN).await,
        Err(NoFile::Never { .. })
    ));
    let other = key(b"other");
    assert_eq!(folder.get(&other, 10, WITHIN).await, Err(NoFile::NotThere));
    fs::write(root.path().join("files/shop").join(other.parts().1), "x").unwrap();
    let error = folder.get(&other, 10, WITHIN).await.unwrap_err();
    assert!(matches!(error, NoFile::Never { .. }), "{error}");
    assert!(!error.to_string().contains("files/shop"), "{error}");
}

#[tokio::test]
async fn only_what_was_signed_is_served_and_only_in_time() {
    let (_root, folder) = folder();
    let (_, url) = kept(&folder, PNG, "image/png", "a.png").await;
    let last = NOW.after(HOUR - Duration::from_secs(1));
    assert!(folder.open(&url, last).await.is_ok());
    assert_eq!(
        folder.open(&url, NOW.after(HOUR)).await,
        Err(NoFile::NotThere)
    );

    let cut = |off: usize| url.get(..url.len() - off).unwrap().to_owned();
    for wrong in [
        url.replace("expires=18", "expires=19"),
        url.replace("inline", "attachment"),
        url.replace("/shop/", "/shop2/"),
        url.replace("/files/", "/file/"),
        url.replace("/files/shop", "/files/./shop"),
        url.replace("/files/shop", "/files/../files/shop"),
        url.replace("&signature=", "&x=1&signature="),
        format!("{url}&x=1"),
        format!("{url}0"),
        format!("{url}00"),
        cut(2),
        cut(64),
        url.split_once('&').unwrap().0.to_owned(),
        url.split_once('?').unwrap().0.to_owned(),
        format!("{BASE}{url}"),
        "/files/.key".to_owned(),
        "/files/../.key".to_owned(),
        "é".repeat(9000),
        String::new(),
    ] {
        assert_eq!(
            folder.open(&wrong, NOW).await,
            Err(NoFile::NotThere),
            "{wrong}"
        );
    }
    // Each digit of the signature counts.
    for at in url.len() - 64..url.len() {
        let mut wrong = url.clone();
        let digit = if url.as_bytes()[at] == b'0' { "1" } else { "0" };
        wrong.replace_range(at..=at, digit);
        assert_eq!(
            folder.open(&wrong, NOW).await,
            Err(NoFile::NotThere),
            "{at}"
        );
    }
}

#[tokio::test]
async fn urls_outlive_the_process_and_are_no_other_folders() {
    let (root, folder) = folder();
    let (_, url) = kept(&folder, PNG, "image/png", "a.png").await;
    let again = Folder::new(root.path().join("files"), "http://elsewhere/").unwrap();
    assert!(again.open(&url, NOW).await.is_ok());
    let other = Folder::new(root.path().join("other"), BASE).unwrap();
    kept(&other, PNG, "image/png", "a.png").await;
    assert_eq!(other.open(&url, NOW).await, Err(NoFile::NotThere));
}

#[test]
fn a_folder_has_one_key_whoever_begins_first() {
    let root = tempfile::tempdir().unwrap();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| key_of(root.path()).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        keys.iter()
            .all(|key| *key == keys[0] && key.len() == KEY_BYTES)
    );
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    assert!(keys[0].iter().any(|b| *b != 0));

    fs::write(root.path().join(KEY_FILE), "").unwrap();
    assert!(
        key_of(root.path())
            .unwrap_err()
            .to_string()
            .contains(".key")
    );
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_look() {
    use std::os::unix::fs::PermissionsExt;
    let (root, folder) = folder();
    let (key, _) = kept(&folder, PNG, "image/png", "a.png").await;
    let mode = |path: &str| {
        let path = root.path().join("files").join(path);
        fs::metadata(path).unwrap().permissions().mode() & 0o077
    };
    assert_eq!(
        (mode(""), mode(".key"), mode("shop"), mode(key.as_str())),
        (0, 0, 0, 0)
    );
}

proptest! {
    #[test]
    fn any_request_is_refused_without_reading(path in "\\PC{0,60}|/files/[a-z./%]{0,20}\\?expires=[0-9]{0,22}&disposition=[a-z%0-9]{0,9}(&signature=[0-9a-fé]{0,66})?") {
        let folder = Folder {
            root: PathBuf::from("/nowhere"),
            base: String::new(),
            key: hmac::Key::new(hmac::HMAC_SHA256, b"key"),
        };
        prop_assert_eq!(folder.verified(&path, NOW), None);
    }

    #[test]
    fn whatever_is_shown_is_signed_and_verified(name in any::<String>(), seconds in 1..10_000_000_u64) {
        let folder = Folder {
            root: PathBuf::from("/nowhere"),
            base: String::new(),
            key: hmac::Key::new(hmac::HMAC_SHA256, b"key"),
        };
        let shown = Shown::new(Some(&name), Some("image/png"));
        let url = folder.url(&key(b"a"), &shown, Duration::from_secs(seconds), NOW).unwrap();
        prop_assert_eq!(folder.verified(&url, NOW), Some((key(b"a"), shown.disposition())));
        prop_assert_eq!(folder.verified(&url, NOW.after(Duration::from_secs(seconds))), None);
    }
}
