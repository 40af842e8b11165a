//! What is hidden, what is left alone, and what no text can do.

use proptest::prelude::*;

use super::*;

#[test]
fn what_follows_a_name_and_what_stands_in_a_url_is_hidden() {
    let cases = [
        ("clone https://u:hunter2@git.example/x failed", "clone https://[redacted]@git.example/x failed"),
        ("get https://u:hunter2@h/?token=hunter2 now", "get https://[redacted]@h/?token=[redacted] now"),
        ("env PASSWORD=hunter2 was refused", "env PASSWORD=[redacted] was refused"),
        ("AWS_SECRET_ACCESS_KEY=hunter2 x", "AWS_SECRET_ACCESS_KEY=[redacted] x"),
        ("password: hunter2", "password: [redacted]"),
        ("password = hunter2", "password = [redacted]"),
        ("user[password]=hunter2", "user[password]=[redacted]"),
        (r#"password: "hunter 2" and on"#, "password: [redacted] and on"),
        ("Authorization: Bearer hunter2 was refused", "Authorization: Bearer [redacted] was refused"),
        ("Authorization:Bearer hunter2", "Authorization:Bearer [redacted]"),
        ("proxy-authorization: Basic aHVudGVyMg==", "proxy-authorization: Basic [redacted]"),
        ("docker login --password hunter2 failed", "docker login --password [redacted] failed"),
        ("docker login --password 'hunter 2' failed", "docker login --password [redacted] failed"),
        ("x-api-key=hunter2", "x-api-key=[redacted]"),
        (r#"{"privateKey": "hunter\" 2"}"#, r#"{"privateKey": [redacted]}"#),
        (r#"{"token":"hunter2","password":"x"}"#, r#"{"token":[redacted],"password":[redacted]}"#),
        (r#""{\"token\":\"hunter 2\",\"a\":1}""#, r#""{\"token\":[redacted],\"a\":1}""#),
        ("password: 'hunter 2", "password: [redacted]"),
        ("token: (password: hunter2", "token: [redacted] [redacted]"),
        ("token: password = hunter2", "token: [redacted] = [redacted]"),
        ("token: Bearer", "token: Bearer"),
        ("the key -----BEGIN OPENSSH PRIVATE KEY----- hunter2", "the key "),
        ("Failed query: insert into x\nparams: hunter2", "Failed query: insert into x"),
        ("'https://x-access-token:ghs_1@github.com/a/b'", "'https://[redacted]@github.com/a/b'"),
        ("connect ECONNREFUSED postgres://app:hunter2@db", "connect ECONNREFUSED postgres://[redacted]@db"),
        ("redis://:hunter2@cache:6379/0", "redis://[redacted]@cache:6379/0"),
        ("clone https://hunter2@github.com/a", "clone https://[redacted]@github.com/a"),
        ("amqps%3A%2F%2Fu%3Ahunter2%40mq", "amqps%3A%2F%2F[redacted]%40mq"),
        ("app:hunter2@tcp(db:3306)/x", "app:[redacted]@tcp(db:3306)/x"),
        ("npm ERR! //registry.npmjs.org/:_authToken=hunter2", "npm ERR! //registry.npmjs.org/:_authToken=[redacted]"),
        ("npm config set //r.example/:_authToken hunter2", "npm config set //r.example/:_authToken [redacted]"),
        ("//r.example/:_auth=aHVudGVyMg==", "//r.example/:_auth=[redacted]"),
        (r#"{"auths":{"ghcr.io":{"auth":"aHVudGVyMg=="}}}"#, r#"{"auths":{"ghcr.io":{"auth":[redacted]}}}"#),
        ("STRIPE_KEY='hunter 2' docker build .", "STRIPE_KEY=[redacted] docker build ."),
        ("docker build --build-arg STRIPE_KEY=hunter2 .", "docker build --build-arg STRIPE_KEY=[redacted] ."),
        (r#"-e APP_KEY="hunter2" -e PORT=80"#, "-e APP_KEY=[redacted] -e PORT=80"),
        ("ENV STRIPE_KEY hunter2", "ENV STRIPE_KEY [redacted]"),
        (r"MAIL_PASS='it'\''s hunter2' x", "MAIL_PASS=[redacted] x"),
        ("PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=[redacted] psql -h db"),
        ("MYSQL_PWD=hunter2", "MYSQL_PWD=[redacted]"),
        ("SENTRY_DSN=hunter2 NPM_AUTH=hunter2", "SENTRY_DSN=[redacted] NPM_AUTH=[redacted]"),
        (r#"{"DEPLOY_PRIVATE":"hunter2"}"#, r#"{"DEPLOY_PRIVATE":[redacted]}"#),
        ("SSHKEY=hunter2", "SSHKEY=[redacted]"),
        ("https://b.blob.example/x?sv=1&sig=hunter2", "https://b.blob.example/x?sv=1&sig=[redacted]"),
        ("Server=db;User Id=sa;Pwd=hunter2", "Server=db;User Id=sa;Pwd=[redacted]"),
        ("curl -H \"Cookie: a=hunter2; b=hunter2\" x", "curl -H \"Cookie: [redacted]\" x"),
    ];
    check(&cases);
}

#[test]
fn the_secrets_of_commands_are_hidden() {
    let cases = [
        ("printf %s 'hunter 2' | docker login -u bot ghcr.io", "printf [redacted] | docker login -u bot ghcr.io"),
        (
            r#"bash -c "echo \"hunter2\" | docker login -u bot --password-stdin ghcr.io""#,
            r#"bash -c "echo [redacted] | docker login -u bot --password-stdin ghcr.io""#,
        ),
        ("echo 'hun|ter2' | podman login -u a h", "echo [redacted] | podman login -u a h"),
        ("echo hunter2 | sudo -S id", "echo [redacted] | sudo -S id"),
        ("echo 'bot:hunter2' | chpasswd", "echo [redacted] | chpasswd"),
        ("docker login --password-stdin h <<< 'hunter2'", "docker login --password-stdin h <<< [redacted]"),
        ("docker login -u bot -p hunter2 ghcr.io", "docker login -u bot -p [redacted] ghcr.io"),
        ("curl -u bot:hunter2 https://h", "curl -u [redacted] https://h"),
        ("curl -fsSL -ubot:hunter2 https://h", "curl -fsSL -u[redacted] https://h"),
        ("/usr/bin/curl --user 'bot:hunter 2' h", "/usr/bin/curl --user [redacted] h"),
        ("curl --user=bot:hunter2 h", "curl --user=[redacted] h"),
        ("mysql -uroot -phunter2 shop", "mysql -uroot -p[redacted] shop"),
        ("mysqldump -u root -p'hunter 2' shop", "mysqldump -u root -p[redacted] shop"),
        ("mysql -u root -p shop", "mysql -u root -p shop"),
        ("sshpass -p hunter2 ssh root@h", "sshpass -p [redacted] ssh root@h"),
        ("sshpass -p'hunter2' ssh root@h", "sshpass -p[redacted] ssh root@h"),
        ("redis-cli -h cache -a hunter2 ping", "redis-cli -h cache -a [redacted] ping"),
        ("mongosh -u root -p hunter2", "mongosh -u root -p [redacted]"),
        ("skopeo copy --dest-creds bot:hunter2 a b", "skopeo copy --dest-creds [redacted] a b"),
        ("htpasswd -nb bot hunter2", "htpasswd -nb bot [redacted]"),
        ("openssl rsa -in k -passin pass:hunter2", "openssl rsa -in k -passin pass:[redacted]"),
    ];
    check(&cases);
}

#[test]
fn tokens_and_keys_are_known_by_their_form() {
    let run = "Zm9vYmFyQ2F0MTIz".repeat(5);
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXNpZw";
    let coolify = format!("12|{}", "aB3dE5gH".repeat(6));
    let tokens = [
        "ghp_aB3dE5gH7jK9mN1pQ3",
        "ghs_aB3dE5gH7jK9mN1pQ3",
        "github_pat_11AB_aB3dE5gH7jK9",
        "glpat-aB3dE5gH7jK9mN1p",
        "npm_aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5",
        "sk_live_aB3dE5gH7jK9mN1p",
        "xoxb-12345-67890-aB3dE5gH7j",
        "AKIAIOSFODNN7EXAMPLE",
        "dckr_pat_aB3dE5gH7jK9mN1pQ3",
        jwt,
        "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ==",
        &run,
        &coolify,
    ];
    for token in tokens {
        let secret = token.strip_prefix("12|").unwrap_or(token);
        for (before, after) in [("", ""), ("could not use ", " here"), ("'", "'"), ("(", ")."), ("x=", ",")] {
            let masked = mask(&format!("{before}{token}{after}"));
            assert!(!masked.contains(secret) && masked.ends_with(after), "{masked}");
            assert!(masked.starts_with(before), "{masked}");
        }
    }
    let lines = format!("{run}\n{run}\nc2hvcnQ=\n");
    assert_eq!(mask(&lines).matches(char::is_alphanumeric).count(), 3 * "redacted".len(), "{}", mask(&lines));
}

#[test]
fn an_ordinary_sentence_is_left_alone() {
    for sentence in [
        "Invalid token.",
        "The token is invalid.",
        "The token field is required.",
        "Missing required permissions: deploy",
        "docker login --password-stdin ghcr.io",
        "Invalid token:",
        "Invalid key: 5",
        "cache key=linux-node-22 was not found",
        "Duplicate entry 'a' for key 'users.PRIMARY'",
        "SyntaxError: Unexpected token: punc (,)",
        "see https://host.example/docs: it says more",
        "PASS src/app.test.js",
        "FAIL: 3, PASS: 12",
        "PWD=/artifacts NODE_ENV=production PORT=3000",
        "PRIMARY KEY (id)",
        "AUTHOR=me COMPOSE_FILE=a.yml",
        "npm_config_registry=https://registry.npmjs.org/",
        "fatal: Remote branch nosuch not found in upstream origin",
        "git@github.com:acme/shop.git: Permission denied (publickey).",
        "pulling ghcr.io/acme/shop@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "/App/Http/Controllers/Api/V1/Deploy/Application/Show/Index/Controller/Test2",
        "echo building | tee build.log",
        "mkdir -p /app && curl -fsSL https://h/install.sh | sh",
        "The login -page is gone",
        "risk-assessment-of-an-ordinary-hyphenated-word-2",
    ] {
        assert_eq!(mask(sentence), sentence);
        assert_eq!(one_line(sentence), sentence);
    }
}

#[test]
fn a_line_is_shown_without_control_sequences() {
    let cases = [
        ("Progress 0 %\rProgress 1 %\rProgress 2 %\r", "Progress 2 %"),
        ("Progress 0 %\u{1b}[1GProgress 1 %\u{1b}[0K", "Progress 1 %"),
        ("a\u{1b}[2K\u{1b}[1Gb", "b"),
        ("done\r\u{1b}[K", "done"),
        ("with a line end\r\n", "with a line end "),
        ("\u{1b}[1;31mred\u{1b}[0m and \u{9b}32mgreen", "red and green"),
        ("\u{1b}]0;a title\u{7}text", "text"),
        ("\u{1b}]8;;https://h\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
        ("\u{1b}Pq#0;2\u{1b}\\x\u{1b}(By\u{1b}7z", "xyz"),
        ("lone \u{1b}", "lone "),
        ("NUL\0 BEL\u{7} DEL\u{7f} C1\u{85}", "NUL BEL DEL C1"),
        ("|\u{8}/\u{8}-\u{8}done", "done"),
        ("a\tb", "a b"),
    ];
    for (raw, shown) in cases {
        assert_eq!(plain(raw), shown, "{raw:?}");
    }
    assert_eq!(one_line("a \u{1b}[1mpass\u{1b}[0mword=hunter2\nb"), "a password=[redacted] b");
    // A sequence that is not well formed swallows the first letter of the name, or more.
    for start in ["\u{1b}", "\u{1b} ", "\u{1b}[", "\u{1b}(", "\u{9b}", "\u{9b}3", "\u{8}", "\r"] {
        let line = one_line(&format!("a {start}password=hunter2 b"));
        assert!(line.starts_with('a') || start == "\r", "{line}");
        assert!(!line.contains("hunter2"), "{start:?}: {line}");
    }
}

#[test]
fn of_a_long_text_the_beginning_is_kept() {
    let words = "word ".repeat(2000);
    assert!(mask(&words).len() <= LONGEST && words.starts_with(&mask(&words)));
    assert_eq!(mask(&"x".repeat(5000)), "");
}

fn check(cases: &[(&str, &str)]) {
    for (sentence, masked) in cases {
        assert_eq!(mask(sentence), *masked);
        assert_eq!(mask(masked), *masked, "a second mask changes nothing");
    }
}

proptest! {
    #[test]
    fn what_follows_a_telltale_is_gone(
        before in "[a-z ]{0,20}",
        prefix in "([A-Z]{1,8}_)?",
        telltale in prop::sample::select(&["password", "secret", "token", "apikey", "credential", "authorization"]),
        suffix in "(_[A-Z]{1,8})?",
        joint in r#"["'\])]{0,2} ?(=|:|=>|:=) ?(Bearer |basic )?"#,
        quote in r#"|"|'|`|\\""#,
        secret in "hunter2[^\"'`\\\\\\s]{0,8}",
    ) {
        let before = before.replace("expected", "");
        let sentence = format!("{before} {prefix}{telltale}{suffix}{joint}{quote}{secret}{quote} after");
        let masked = mask(&sentence);
        prop_assert!(!masked.contains("hunter2"), "{}", masked);
        prop_assert!(masked.ends_with(" after"), "{}", masked);
    }

    #[test]
    fn a_name_in_capitals_hides_its_value(
        prefix in "([A-Z]{1,8}_){1,2}",
        part in prop::sample::select(&["KEY", "SECRET", "TOKEN", "PASS", "PWD", "DSN", "AUTH", "PRIVATE", "CREDENTIALS"]),
        suffix in "(_[A-Z]{1,8})?",
        quote in r#"|"|'"#,
    ) {
        let masked = mask(&format!("{prefix}{part}{suffix}={quote}hunter2{quote} docker build ."));
        prop_assert_eq!(masked, format!("{prefix}{part}{suffix}=[redacted] docker build ."));
    }

    #[test]
    fn a_quoted_secret_is_gone_to_its_last_word(words in "[^\"\\\\]{0,20}hunter2[^\"\\\\]{0,20}", rest in ".{0,20}") {
        let masked = mask(&format!(r#"{{"password":"{words}","rest":1}}{rest}"#));
        prop_assert!(!masked.contains("hunter2"), "{}", masked);
    }

    #[test]
    fn a_password_in_a_url_is_gone(
        scheme in "[a-z][a-z0-9+.-]{0,8}",
        user in "[a-z]{0,8}:?",
        secret in "hunter2[!-~]{0,12}",
        host in "[a-z.]{1,12}",
    ) {
        let masked = mask(&format!("cannot reach {scheme}://{user}{secret}@{host}/ at all"));
        prop_assert!(!masked.contains("hunter2"), "{}", masked);
    }

    #[test]
    fn any_text_is_read_and_only_secrets_are_taken_out(text in any::<String>(), tokens in telling()) {
        for text in [text, tokens] {
            let masked = mask(&text);
            prop_assert!(masked.len() <= text.len() * "x:[redacted]".len());
            if !masked.contains(REDACTED) {
                prop_assert!(text.starts_with(&masked));
            }
        }
    }

    #[test]
    fn any_blank_may_stand_between_the_words_of_a_command(
        command in prop::sample::select(vec!["login to", "curl", "zip", "mysql", "htpasswd a", "sshpass"]),
        blank in prop::sample::select(vec!['\u{a0}', '\u{3000}', '\u{2028}', '\u{202f}', '\u{85}', '\u{b}', '\u{c}', '\t']),
        text in ".{0,20}",
    ) {
        let masked = mask(&format!("{command}{blank}{text}"));
        prop_assert!(masked.starts_with(&command[..3]), "{masked}");
        let masked = mask(&format!("curl -u{blank}user:hunter2{blank}https://host"));
        prop_assert!(!masked.contains("hunter2"), "{}", masked);
    }

    #[test]
    fn no_control_character_survives_and_a_second_time_changes_nothing(text in any::<String>(), control in controls()) {
        for text in [text, control] {
            let shown = plain(&text);
            prop_assert!(!shown.contains(char::is_control), "{shown:?}");
            prop_assert_eq!(plain(&shown), shown);
            prop_assert!(!one_line(&text).contains(char::is_control));
        }
    }
}

/// Text of the signs that mean something to the mask.
fn telling() -> impl Strategy<Value = String> {
    let part = prop::sample::select(&[
        "token",
        "--token",
        "=",
        ":",
        "\"",
        "\\",
        "'",
        " ",
        "é",
        "://",
        "@",
        "bearer",
        "echo ",
        "|",
        "login",
        "curl -u",
        "<<<",
        "\n",
        "AKIA",
        "eyJ",
        "1|",
        "cookie:",
        "[redacted]",
        "_KEY",
        "pass:",
        "%3a%2f%2f",
        "%40",
        "@tcp(",
    ]);
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

/// Text of the signs that mean something to a terminal.
fn controls() -> impl Strategy<Value = String> {
    let part = prop::sample::select(&[
        "\u{1b}", "[", "]", "2K", "1G", "0;", "m", "\r", "\n", "\u{8}", "\u{7}", "P", "\\", "\u{9b}", "\u{9d}", "é",
        "a", " ",
    ]);
    prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
}
