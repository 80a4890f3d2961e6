//! What unions and enumerations become beside `match`: `Option`, `Result` and errors.

use bytes::Bytes;
use oncrpc::xdr::{from_bytes, to_bytes};
use oncrpc_tests::interfaces::protocols::nfs3::{
    Fattr3, Getattr3res, Getattr3resok, NfsFh3, Nfsstat3, PostOpAttr, PostOpFh3, Readlink3res, Readlink3resfail,
    Readlink3resok, SetMode3, SetUid3,
};
use std::error::Error;

#[test]
fn a_bool_with_something_and_nothing_is_an_option_and_back() {
    assert_eq!(SetMode3::from(Some(0o644)), SetMode3::True(0o644));
    assert_eq!(SetMode3::from(None), SetMode3::False);
    assert_eq!(SetUid3::True(7).into_option(), Some(7));
    assert_eq!(Option::from(SetUid3::False), None::<u32>);
    let handle = NfsFh3 { data: Bytes::from_static(b"handle") };
    let there: PostOpFh3 = Some(handle.clone()).into();
    let bytes = Bytes::from_static(b"\0\0\0\x01\0\0\0\x06handle\0\0");
    assert_eq!(to_bytes::<PostOpFh3>(&there).unwrap(), bytes);
    assert_eq!(from_bytes::<PostOpFh3>(&bytes).unwrap().into_option(), Some(handle));
    assert_eq!(from_bytes::<PostOpFh3>(&Bytes::from_static(&[0; 4])).unwrap().into_option(), None);
    let attributes = Fattr3 { size: 5, ..Fattr3::default() };
    assert_eq!(PostOpAttr::from(Some(attributes)).into_option().map(|it| it.size), Some(5));
}

/// As a client reads: the call, the status, the value.
fn size(result: Getattr3res) -> Result<u64, Box<dyn Error>> {
    Ok(result.into_ok()?.obj_attributes.size)
}

#[test]
fn a_status_is_an_error_that_goes_by_its_name() {
    let obj_attributes = Fattr3 { size: 9, ..Fattr3::default() };
    assert_eq!(size(Getattr3res::Ok(Getattr3resok { obj_attributes })).unwrap(), 9);
    let error = size(Getattr3res::Default(Nfsstat3::ErrStale)).unwrap_err();
    assert_eq!(error.to_string(), "NFS3ERR_STALE");
    assert_eq!(error.downcast_ref(), Some(&Nfsstat3::ErrStale));
    assert_eq!(format!("[{:<10}]", Nfsstat3::Ok), "[NFS3_OK   ]");
}

/// As a server answers: what came of it, by `?` or not.
#[test]
fn a_result_becomes_the_arm_of_its_status() {
    let resok = Getattr3resok { obj_attributes: Fattr3 { size: 9, ..Fattr3::default() } };
    assert_eq!(Getattr3res::from(Ok(resok)), Getattr3res::Ok(resok));
    assert_eq!(Getattr3res::from(Err(Nfsstat3::ErrStale)), Getattr3res::Default(Nfsstat3::ErrStale));
    let resok = Readlink3resok { data: "target".into(), ..Readlink3resok::default() };
    assert_eq!(Readlink3res::from(Ok(resok.clone())), Readlink3res::Ok(resok));
    let resfail = Readlink3resfail { symlink_attributes: Some(Fattr3::default()).into() };
    let failed = Readlink3res::from(Err((Nfsstat3::ErrInval, resfail.clone())));
    assert_eq!(failed, Readlink3res::Default(Nfsstat3::ErrInval, resfail));
    assert!(to_bytes::<Getattr3res>(&Err(Nfsstat3::Ok).into()).is_err());
}
