//! A server on the loopback address that answers with any bytes: the first request gets the first answer, and all after
//! the last one get the last.

#![allow(unreachable_pub, reason = "the crate of the fuzz targets includes this file, too")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What is left to answer with, the next one last.
type Answers = Arc<Mutex<Vec<Vec<u8>>>>;

/// The server; it lives as long as the process.
pub struct Server {
    address: SocketAddr,
    answers: Answers,
}

impl Server {
    /// Listens on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers = Answers::default();
        let shared = Arc::clone(&answers);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(client, &shared));
            }
        });
        Self { address, answers }
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives these answers from now on.
    pub fn answers(&self, answers: &[Vec<u8>]) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers.iter().rev().cloned().collect();
    }
}

fn next(answers: &Answers) -> Vec<u8> {
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    if answers.len() > 1 { answers.pop() } else { answers.last().cloned() }.unwrap_or_default()
}

/// Answers one request after another on a connection, until it ends.
fn serve(client: TcpStream, answers: &Answers) {
    let Ok(mut writer) = client.try_clone() else { return };
    drop(writer.set_nodelay(true));
    let mut reader = BufReader::new(client);
    while let Some(length) = head(&mut reader) {
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() || writer.write_all(&next(answers)).is_err() {
            return;
        }
    }
}

/// Reads the head of a request, and returns how long its body is.
fn head(reader: &mut impl BufRead) -> Option<usize> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            None if line.trim().is_empty() => return Some(length),
            _ => {}
        }
    }
}
