//! A subscriber that keeps each span with its last fields, and each event with the span it stands in.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{DefaultGuard, Interest, set_default, set_global_default};
use tracing::{Event, Metadata, Subscriber};

/// What was recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Records(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    lines: Vec<Line>,
    /// The spans that are entered, by their lines.
    entered: Vec<usize>,
}

/// A span or an event; the number of a span is its line, counted from 1.
#[derive(Debug)]
struct Line {
    head: String,
    name: &'static str,
    fields: Vec<(&'static str, String)>,
}

/// Records what the present thread emits until the guard is dropped.
pub(super) fn record() -> (Records, DefaultGuard) {
    // Without any other subscriber, a place in the code that another test reaches first can be switched off for all.
    static IDLE: Once = Once::new();
    IDLE.call_once(|| set_global_default(Idle).unwrap());
    let records = Records::default();
    (records.clone(), set_default(records))
}

impl Records {
    /// One text a span or event, in the order they began.
    pub(super) fn lines(&self) -> Vec<String> {
        let text = |line: &Line| {
            line.fields.iter().fold(line.head.clone(), |mut text, (name, value)| {
                let _ = write!(text, " {name}={value}");
                text
            })
        };
        self.0.lock().unwrap().lines.iter().map(text).collect()
    }
}

impl State {
    fn index(id: &Id) -> usize {
        usize::try_from(id.into_u64()).unwrap() - 1
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let (name, value) = (field.name(), format!("{value:?}"));
        if name == "message" {
            let _ = write!(self.head, " {value}");
            return;
        }
        self.fields.retain(|(other, _)| *other != name);
        self.fields.push((name, value));
    }
}

impl Subscriber for Records {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("anydeploy")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut state = self.0.lock().unwrap();
        let name = attributes.metadata().name();
        let mut line = Line { head: format!("span {name}"), name, fields: Vec::new() };
        attributes.record(&mut line);
        state.lines.push(line);
        Id::from_u64(state.lines.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        values.record(&mut self.0.lock().unwrap().lines[State::index(span)]);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut state = self.0.lock().unwrap();
        let inside = state.entered.last().map(|index| format!("{}: ", state.lines[*index].name)).unwrap_or_default();
        let head = format!("{inside}event {}", event.metadata().level());
        let mut line = Line { head, name: "event", fields: Vec::new() };
        event.record(&mut line);
        state.lines.push(line);
    }

    fn enter(&self, span: &Id) {
        self.0.lock().unwrap().entered.push(State::index(span));
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().entered.pop();
    }
}

/// A subscriber that may be interested in everything, and records nothing.
struct Idle;

impl Subscriber for Idle {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
