//! Attributes for people.

use crate::idl::{Fattr3, Ftype3, Nfstime3};

/// As `ls -l` shows them: `-rw-r--r--   1     0     0         12 2024-05-01 12:00:00`.
pub fn long(it: &Fattr3) -> String {
    let mode = mode(it);
    format!("{mode} {:>3} {:>5} {:>5} {:>10} {}", it.nlink, it.uid, it.gid, it.size, time(&it.mtime))
}

/// `drwxr-xr-x`
pub fn mode(it: &Fattr3) -> String {
    let mut text = String::from(type_letter(it.r#type));
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = it.mode >> shift;
        text.push(if bits & 4 == 0 { '-' } else { 'r' });
        text.push(if bits & 2 == 0 { '-' } else { 'w' });
        text.push(match (it.mode & special != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, false) => letter.to_ascii_uppercase(),
            (true, true) => letter,
        });
    }
    text
}

/// What kind of file it is.
pub fn kind(it: Ftype3) -> &'static str {
    match it {
        Ftype3::Reg => "regular file",
        Ftype3::Dir => "directory",
        Ftype3::Blk => "block device",
        Ftype3::Chr => "character device",
        Ftype3::Lnk => "symbolic link",
        Ftype3::Sock => "socket",
        Ftype3::Fifo => "named pipe",
    }
}

/// The date and time of a clock in Greenwich.
pub fn time(it: &Nfstime3) -> String {
    let (day, second) = (i64::from(it.seconds / 86_400), it.seconds % 86_400);
    let (year, month, day) = date(day);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

fn type_letter(it: Ftype3) -> char {
    match it {
        Ftype3::Reg => '-',
        Ftype3::Dir => 'd',
        Ftype3::Blk => 'b',
        Ftype3::Chr => 'c',
        Ftype3::Lnk => 'l',
        Ftype3::Sock => 's',
        Ftype3::Fifo => 'p',
    }
}

/// Year, month and day of so many days after 1 January 1970.
fn date(day: i64) -> (i64, i64, i64) {
    // From a 1 March on, the leap day is the last one of its year, and of its four hundred years.
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + carry, month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_clock() {
        let shown = |seconds| time(&Nfstime3 { seconds, nseconds: 0 });
        assert_eq!(shown(0), "1970-01-01 00:00:00");
        assert_eq!(shown(951_782_400), "2000-02-29 00:00:00");
        assert_eq!(shown(1_709_251_199), "2024-02-29 23:59:59");
        assert_eq!(shown(1_735_689_599), "2024-12-31 23:59:59");
        assert_eq!(shown(u32::MAX), "2106-02-07 06:28:15");
    }

    #[test]
    fn modes_as_ls_has_them() {
        let shown = |r#type, bits| mode(&Fattr3 { r#type, mode: bits, ..Fattr3::default() });
        assert_eq!(shown(Ftype3::Dir, 0o1777), "drwxrwxrwt");
        assert_eq!(shown(Ftype3::Reg, 0o4755), "-rwsr-xr-x");
        assert_eq!(shown(Ftype3::Reg, 0o6640), "-rwSr-S---");
        assert_eq!(shown(Ftype3::Lnk, 0o777), "lrwxrwxrwx");
    }
}
