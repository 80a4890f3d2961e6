use super::{Event, Family, Label, Outcome, Snapshot};
use core::fmt::{self, Write};

/// The bounds of the buckets shown are powers of two from here on, in nanoseconds.
const FIRST_BOUND: u32 = 10;

impl Snapshot {
    /// The numbers in Prometheus' text format, version 0.0.4 (`Content-Type: text/plain; version=0.0.4`). Serving them
    /// is up to the program.
    pub fn to_prometheus(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        self.write_calls(out)?;
        self.write_latency(out)?;
        self.write_events(out)?;
        let replay = &self.replay;
        for (name, kind, value, help) in [
            ("connections", "gauge", self.connections(), "Connections that are open."),
            ("calls_in_flight", "gauge", self.in_flight, "Calls that have no reply yet."),
            ("replay_entries", "gauge", replay.entries, "Calls that the replay cache knows."),
            ("replay_bytes", "gauge", replay.bytes, "Bytes in the replay cache."),
            ("replay_evicted_total", "counter", replay.evicted, "Calls forgotten before their time, for want of room."),
        ] {
            head(out, name, kind, help)?;
            writeln!(out, "oncrpc_{name} {value}")?;
        }
        Ok(())
    }

    fn write_calls(&self, out: &mut String) -> fmt::Result {
        head(out, "calls_total", "counter", "Calls, by what they came to.")?;
        for metrics in &self.procedures {
            let labels = labels(metrics.procedure);
            // So that the rate of a procedure begins at 0, not with its first call.
            if metrics.count(Outcome::Success) == 0 {
                writeln!(out, "oncrpc_calls_total{{{labels},outcome=\"SUCCESS\"}} 0")?;
            }
            for (outcome, count) in &metrics.outcomes {
                writeln!(out, "oncrpc_calls_total{{{labels},outcome=\"{}\"}} {count}", outcome.label())?;
            }
        }
        head(out, "received_bytes_total", "counter", "Bytes of calls, with headers.")?;
        for metrics in &self.procedures {
            writeln!(out, "oncrpc_received_bytes_total{{{}}} {}", labels(metrics.procedure), metrics.received)?;
        }
        head(out, "sent_bytes_total", "counter", "Bytes of replies, with headers.")?;
        for metrics in &self.procedures {
            writeln!(out, "oncrpc_sent_bytes_total{{{}}} {}", labels(metrics.procedure), metrics.sent)?;
        }
        Ok(())
    }

    fn write_latency(&self, out: &mut String) -> fmt::Result {
        head(out, "call_seconds", "histogram", "Time that calls took.")?;
        for metrics in &self.procedures {
            let (labels, latency) = (labels(metrics.procedure), &metrics.latency);
            for (bound, count) in latency.cumulative() {
                let nanoseconds = bound.as_nanos();
                if nanoseconds.is_power_of_two() && nanoseconds.ilog2() >= FIRST_BOUND {
                    let seconds = bound.as_secs_f64();
                    writeln!(out, "oncrpc_call_seconds_bucket{{{labels},le=\"{seconds}\"}} {count}")?;
                }
            }
            writeln!(out, "oncrpc_call_seconds_bucket{{{labels},le=\"+Inf\"}} {}", latency.count())?;
            writeln!(out, "oncrpc_call_seconds_sum{{{labels}}} {}", latency.total().as_secs_f64())?;
            writeln!(out, "oncrpc_call_seconds_count{{{labels}}} {}", latency.count())?;
        }
        Ok(())
    }

    fn write_events(&self, out: &mut String) -> fmt::Result {
        let mut family = None;
        for (event, count) in &self.events {
            let (name, label, help) = family_text(event.family());
            if family.replace(event.family()) != Some(event.family()) {
                head(out, name, "counter", help)?;
            }
            match label {
                Some(label) => writeln!(out, "oncrpc_{name}{{{label}=\"{}\"}} {count}", Event::label(*event))?,
                None => writeln!(out, "oncrpc_{name} {count}")?,
            }
        }
        Ok(())
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(out, "# HELP oncrpc_{name} {help}\n# TYPE oncrpc_{name} {kind}")
}

/// The name of its metric, that of its label, and what it is.
const fn family_text(family: Family) -> (&'static str, Option<&'static str>, &'static str) {
    match family {
        Family::Accepted => ("connections_accepted_total", None, "Connections accepted."),
        Family::Closed => ("connections_closed_total", Some("reason"), "Connections closed, and why."),
        Family::Refused => ("messages_refused_total", Some("reason"), "Messages refused by their header, and why."),
        Family::Dropped => ("datagrams_dropped_total", Some("reason"), "Datagrams and replies given up, and why."),
        Family::Paused => {
            ("reading_paused_total", Some("limit"), "Times a peer was not read from, and for which limit.")
        }
        Family::Expired => ("calls_expired_total", None, "Calls given up because nobody answered them in time."),
        Family::Repeated => {
            ("repeated_calls_total", Some("answer"), "Calls that the replay cache did not let through.")
        }
    }
}

fn labels(procedure: Option<Label>) -> String {
    match procedure {
        Some(Label { program, version, name, .. }) => {
            format!("program=\"{program}\",version=\"{version}\",procedure=\"{}\"", escape(name))
        }
        None => "program=\"other\",version=\"other\",procedure=\"other\"".to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
