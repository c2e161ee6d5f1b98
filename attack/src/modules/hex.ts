/** `$hex(from, bytes)`: writes `{"data":"…"}` with this many bytes in hex at 16384, and returns it as a packed result. */
export const HEX = `(func $hex (param $from i32) (param $bytes i32) (result i64)
    (local $i i32) (local $d i32)
    (i64.store (i32.const 16384) (i64.const 0x2261746164227b)) (i32.store (i32.const 16391) (i32.const 0x223a))
    (loop
      (local.set $d (i32.and (i32.shr_u
        (i32.load8_u (i32.add (local.get $from) (i32.shr_u (local.get $i) (i32.const 1))))
        (select (i32.const 0) (i32.const 4) (i32.and (local.get $i) (i32.const 1)))) (i32.const 15)))
      (i32.store8 offset=16393 (local.get $i) (i32.add (local.get $d)
        (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $d) (i32.const 9)))))
      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.shl (local.get $bytes) (i32.const 1)))))
    (i32.store16 offset=16393 (local.get $i) (i32.const 0x7d22))
    (i64.add (i64.const 70368744177664) (i64.extend_i32_u (i32.add (local.get $i) (i32.const 11)))))`;
