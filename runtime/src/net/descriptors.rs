/// How many connections a server keeps at most: `wanted`, but no more than four fifths of the descriptors that the
/// process may open, so that files and other sockets find one.
pub(crate) fn most_connections(wanted: usize) -> usize {
    let limit = std::fs::read_to_string("/proc/self/limits").ok().and_then(|text| open_files(&text));
    limit.map_or(wanted, |limit| wanted.min(limit / 5 * 4)).max(1)
}

/// The soft limit in the text of `/proc/self/limits`; `None` if there is none.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{most_connections, open_files};

    #[test]
    fn reads_the_soft_limit() {
        let text = "Limit  Soft Limit  Hard Limit  Units\nMax processes  7  8  processes\nMax open files   256   4096   files\n";
        assert_eq!(open_files(text), Some(256));
        assert_eq!(open_files("Max open files   unlimited   unlimited   files\n"), None);
        assert_eq!(open_files(""), None);
    }

    #[test]
    fn keeps_what_is_wanted_if_descriptors_allow() {
        assert_eq!(most_connections(3), 3);
        assert_eq!(most_connections(0), 1);
        assert!(most_connections(usize::MAX) >= 1);
    }
}
