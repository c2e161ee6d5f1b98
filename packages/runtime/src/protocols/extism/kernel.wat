;; The memory that an Extism guest shares with its host: blocks that the guest allocates, reads and writes by offsets.
;;
;; An offset is an i64:
;;
;;   63   62 .. 52     51 .. 32    31 .. 0
;;   +---+------------+-----------+------------------+
;;   | 0 | generation | slot      | byte in the block|
;;   +---+------------+-----------+------------------+
;;
;; The slot leads to an entry with the place and size of the block, so that each access is checked against the block that it names, in constant
;; time. The generation changes when a block is freed: an old offset leads nowhere.
;;
;;   0      zeros, the entry of slot 0: no block
;;   16     heads of the lists of free chunks, by the power of two of their capacity
;;   144    what the host reads after a call: 1 if there is an output, its address and size; 1 if there is an error, its address and size
;;   1024   directory: addresses of tables of 256 entries each
;;   17408  chunks: 16 bytes of head (next free, capacity, -, -), then the block; tables of entries are chunks too
;;
;; An entry is: address of the block, its size, 0x80000000 | generation while it is allocated, the chunk. A free entry keeps its next generation, and
;; the next free slot instead of the address.
(module
  ;; Charges for clearing so many bytes. It throws if the guest must stop.
  (import "host" "charge" (func $charge (param i32)))
  ;; 1 if the memory may grow by so many pages.
  (import "host" "may_grow" (func $may_grow (param i32) (result i32)))
  (memory (export "memory") 1)

  ;; What the guest did wrong, before the trap: see faults.ts.
  (global $fault (export "fault") (mut i32) (i32.const 0))
  (global $top (mut i32) (i32.const 17408))
  ;; Everything from here on is zero.
  (global $high (export "high") (mut i32) (i32.const 17408))
  (global $slots (mut i32) (i32.const 1))
  (global $free_slot (mut i32) (i32.const 0))
  ;; The blocks that were loaded from and stored to last: offset, size, places at which 8 bytes may begin, address. Sizes of 0 are for none. An offset less
  ;; that of the block is below a size only if it is in the block: any other slot or generation is 2^32 away, and no block is so large.
  (global $load_block (mut i64) (i64.const 0))
  (global $load_bytes (mut i64) (i64.const 0))
  (global $load_words (mut i64) (i64.const 0))
  (global $load_address (mut i32) (i32.const 0))
  (global $store_block (mut i64) (i64.const 0))
  (global $store_bytes (mut i64) (i64.const 0))
  (global $store_words (mut i64) (i64.const 0))
  (global $store_address (mut i32) (i32.const 0))
  (global $input (mut i64) (i64.const 0))
  (global $input_address (mut i32) (i32.const 0))
  ;; Its size, and the places at which 8 bytes may begin.
  (global $input_length (mut i64) (i64.const 0))
  (global $input_words (mut i64) (i64.const 0))
  (global $error (mut i64) (i64.const 0))

  (func $fail (param $fault i32)
    (global.set $fault (local.get $fault))
    (unreachable))

  ;; The entry of the slot of an offset; 0 if there is no such slot.
  (func $entry (param $offset i64) (result i32) (local $slot i32)
    (local.set $slot (i32.and (i32.wrap_i64 (i64.shr_u (local.get $offset) (i64.const 32))) (i32.const 0xfffff)))
    (if (i32.ge_u (local.get $slot) (global.get $slots)) (then (return (i32.const 0))))
    (i32.add
      (i32.load offset=1024 (i32.shl (i32.shr_u (local.get $slot) (i32.const 8)) (i32.const 2)))
      (i32.shl (i32.and (local.get $slot) (i32.const 255)) (i32.const 4))))

  ;; The entry of an allocated block; 0 if there is none.
  (func $live (param $offset i64) (result i32) (local $entry i32)
    (local.set $entry (call $entry (local.get $offset)))
    (select (local.get $entry) (i32.const 0)
      (i64.eq
        (i64.load32_u offset=8 (local.get $entry))
        (i64.or (i64.shr_u (local.get $offset) (i64.const 52)) (i64.const 0x80000000)))))

  ;; The address of so many bytes at an offset. Traps unless there is an allocated block, and all of them are in it.
  (func $reach (param $offset i64) (param $bytes i64) (param $dead i32) (param $beyond i32) (result i32) (local $entry i32)
    (local.set $entry (call $live (local.get $offset)))
    (if (i32.eqz (local.get $entry)) (then (call $fail (local.get $dead))))
    (if (i64.gt_u
          (i64.add (i64.and (local.get $offset) (i64.const 0xffffffff)) (local.get $bytes))
          (i64.load32_u offset=4 (local.get $entry)))
      (then (call $fail (local.get $beyond))))
    (i32.add (i32.load (local.get $entry)) (i32.wrap_i64 (local.get $offset))))

  ;; Makes sure that the memory reaches to an address.
  (func $reserve (param $end i64) (local $pages i32)
    (if (i64.le_u (local.get $end) (i64.shl (i64.extend_i32_u (memory.size)) (i64.const 16))) (then (return)))
    (if (i64.gt_u (local.get $end) (i64.const 0xffff0000)) (then (call $fail (i32.const 3))))
    (local.set $pages
      (i32.sub
        (i32.wrap_i64 (i64.shr_u (i64.add (local.get $end) (i64.const 0xffff)) (i64.const 16)))
        (memory.size)))
    (if (i32.eqz (call $may_grow (local.get $pages))) (then (call $fail (i32.const 3))))
    (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then (call $fail (i32.const 3)))))

  ;; Takes the first chunk of a list if it is large enough; 0 if not.
  (func $pop (param $list i32) (param $need i32) (result i32) (local $chunk i32)
    (local.set $chunk (i32.load (local.get $list)))
    (if (i32.eqz (local.get $chunk)) (then (return (i32.const 0))))
    (if (i32.lt_u (i32.load offset=4 (local.get $chunk)) (local.get $need)) (then (return (i32.const 0))))
    (i32.store (local.get $list) (i32.load (local.get $chunk)))
    (local.get $chunk))

  ;; The list of chunks with a capacity of at least this power of two and less than the next.
  (func $list (param $capacity i32) (result i32)
    (i32.add (i32.const 16) (i32.shl (i32.sub (i32.const 31) (i32.clz (local.get $capacity))) (i32.const 2))))

  ;; A chunk for so many bytes. Those that were in use before are cleared if that is asked for.
  (func $take (param $bytes i32) (param $clear i32) (result i32) (local $need i32) (local $chunk i32) (local $list i32)
    ;; At most 2 GiB of data: the sum does not overflow.
    (local.set $need (i32.and (i32.add (local.get $bytes) (i32.const 31)) (i32.const -16)))
    (local.set $list (call $list (local.get $need)))
    (local.set $chunk (call $pop (local.get $list) (local.get $need)))
    (if (i32.eqz (local.get $chunk))
      (then (local.set $chunk (call $pop (i32.add (local.get $list) (i32.const 4)) (local.get $need)))))
    (if (i32.eqz (local.get $chunk))
      (then
        (call $reserve (i64.add (i64.extend_i32_u (global.get $top)) (i64.extend_i32_u (local.get $need))))
        (local.set $chunk (global.get $top))
        (i32.store offset=4 (local.get $chunk) (local.get $need))
        (global.set $top (i32.add (local.get $chunk) (local.get $need)))))
    (if (i32.and (local.get $clear) (i32.lt_u (local.get $chunk) (global.get $high)))
      (then
        (if (i32.gt_u (local.get $bytes) (i32.const 4096)) (then (call $charge (local.get $bytes))))
        (memory.fill (i32.add (local.get $chunk) (i32.const 16)) (i32.const 0) (local.get $bytes))))
    (if (i32.gt_u (global.get $top) (global.get $high)) (then (global.set $high (global.get $top))))
    (local.get $chunk))

  (func $slot (result i32) (local $slot i32) (local $table i32)
    (local.set $slot (global.get $free_slot))
    (if (local.get $slot)
      (then
        (global.set $free_slot (i32.load (call $entry (i64.shl (i64.extend_i32_u (local.get $slot)) (i64.const 32)))))
        (return (local.get $slot))))
    (local.set $slot (global.get $slots))
    (if (i32.gt_u (local.get $slot) (i32.const 0xfffff)) (then (call $fail (i32.const 3))))
    (local.set $table (i32.shl (i32.shr_u (local.get $slot) (i32.const 8)) (i32.const 2)))
    (if (i32.eqz (i32.load offset=1024 (local.get $table)))
      (then
        (i32.store offset=1024 (local.get $table)
          (i32.add (call $take (i32.const 4096) (i32.const 1)) (i32.const 16)))))
    (global.set $slots (i32.add (local.get $slot) (i32.const 1)))
    (local.get $slot))

  (func $make (param $size i64) (param $clear i32) (result i64) (local $slot i32) (local $chunk i32) (local $entry i32) (local $generation i32)
    (if (i64.gt_u (local.get $size) (i64.const 0x7fffffc0)) (then (call $fail (i32.const 3))))
    (local.set $slot (call $slot))
    (local.set $chunk (call $take (i32.wrap_i64 (local.get $size)) (local.get $clear)))
    (local.set $entry (call $entry (i64.shl (i64.extend_i32_u (local.get $slot)) (i64.const 32))))
    (local.set $generation (i32.load offset=8 (local.get $entry)))
    (i32.store (local.get $entry) (i32.add (local.get $chunk) (i32.const 16)))
    (i32.store offset=4 (local.get $entry) (i32.wrap_i64 (local.get $size)))
    (i32.store offset=8 (local.get $entry) (i32.or (local.get $generation) (i32.const 0x80000000)))
    (i32.store offset=12 (local.get $entry) (local.get $chunk))
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $generation)) (i64.const 52))
      (i64.shl (i64.extend_i32_u (local.get $slot)) (i64.const 32))))

  (func $forget_places
    (global.set $load_bytes (i64.const 0))
    (global.set $load_words (i64.const 0))
    (global.set $store_bytes (i64.const 0))
    (global.set $store_words (i64.const 0)))

  ;; In how many places of a block 8 bytes may begin.
  (func $words (param $bytes i64) (result i64)
    (if (i64.lt_u (local.get $bytes) (i64.const 8)) (then (return (i64.const 0))))
    (i64.sub (local.get $bytes) (i64.const 7)))

  ;; For guests.

  (func (export "alloc") (param $size i64) (result i64)
    (call $make (local.get $size) (i32.const 1)))

  ;; Offset 0 is no block, and freeing it does nothing.
  (func (export "free") (param $offset i64) (local $entry i32) (local $chunk i32) (local $list i32)
    (if (i64.eqz (local.get $offset)) (then (return)))
    (local.set $entry (call $live (local.get $offset)))
    (if (i32.or (i32.eqz (local.get $entry)) (i32.wrap_i64 (local.get $offset))) (then (call $fail (i32.const 4))))
    (call $forget_places)
    (local.set $chunk (i32.load offset=12 (local.get $entry)))
    (i32.store (local.get $entry) (global.get $free_slot))
    (i32.store offset=4 (local.get $entry) (i32.const 0))
    (i32.store offset=8 (local.get $entry)
      (i32.and (i32.add (i32.load offset=8 (local.get $entry)) (i32.const 1)) (i32.const 0x7ff)))
    (global.set $free_slot (i32.and (i32.wrap_i64 (i64.shr_u (local.get $offset) (i64.const 32))) (i32.const 0xfffff)))
    (if (i32.eq (i32.add (local.get $chunk) (i32.load offset=4 (local.get $chunk))) (global.get $top))
      (then (global.set $top (local.get $chunk)) (return)))
    (local.set $list (call $list (i32.load offset=4 (local.get $chunk))))
    (i32.store (local.get $chunk) (i32.load (local.get $list)))
    (i32.store (local.get $list) (local.get $chunk)))

  ;; 0 if no block begins there.
  (func $length (export "length") (export "length_unsafe") (param $offset i64) (result i64) (local $entry i32)
    (local.set $entry (call $live (local.get $offset)))
    (if (i32.or (i32.eqz (local.get $entry)) (i32.wrap_i64 (local.get $offset))) (then (return (i64.const 0))))
    (i64.load32_u offset=4 (local.get $entry)))

  ;; Most accesses are to the block of the one before: its place is kept, for loads and for stores.
  (func $load_at (param $offset i64) (param $bytes i64) (result i32) (local $entry i32) (local $address i32)
    (local.set $address (call $reach (local.get $offset) (local.get $bytes) (i32.const 1) (i32.const 2)))
    (local.set $entry (call $entry (local.get $offset)))
    (global.set $load_block (i64.and (local.get $offset) (i64.const 0xffffffff_00000000)))
    (global.set $load_bytes (i64.load32_u offset=4 (local.get $entry)))
    (global.set $load_words (call $words (global.get $load_bytes)))
    (global.set $load_address (i32.load (local.get $entry)))
    (local.get $address))
  (func $store_at (param $offset i64) (param $bytes i64) (result i32) (local $entry i32) (local $address i32)
    (local.set $address (call $reach (local.get $offset) (local.get $bytes) (i32.const 1) (i32.const 2)))
    (local.set $entry (call $entry (local.get $offset)))
    (global.set $store_block (i64.and (local.get $offset) (i64.const 0xffffffff_00000000)))
    (global.set $store_bytes (i64.load32_u offset=4 (local.get $entry)))
    (global.set $store_words (call $words (global.get $store_bytes)))
    (global.set $store_address (i32.load (local.get $entry)))
    (local.get $address))
  (func (export "load_u8") (param $offset i64) (result i32) (local $byte i64)
    (local.set $byte (i64.sub (local.get $offset) (global.get $load_block)))
    (if (result i32) (i64.lt_u (local.get $byte) (global.get $load_bytes))
      (then (i32.load8_u (i32.add (global.get $load_address) (i32.wrap_i64 (local.get $byte)))))
      (else (i32.load8_u (call $load_at (local.get $offset) (i64.const 1))))))
  (func (export "load_u64") (param $offset i64) (result i64) (local $byte i64)
    (local.set $byte (i64.sub (local.get $offset) (global.get $load_block)))
    (if (result i64) (i64.lt_u (local.get $byte) (global.get $load_words))
      (then (i64.load align=1 (i32.add (global.get $load_address) (i32.wrap_i64 (local.get $byte)))))
      (else (i64.load align=1 (call $load_at (local.get $offset) (i64.const 8))))))
  (func (export "store_u8") (param $offset i64) (param $value i32) (local $byte i64)
    (local.set $byte (i64.sub (local.get $offset) (global.get $store_block)))
    (if (i64.lt_u (local.get $byte) (global.get $store_bytes))
      (then (i32.store8 (i32.add (global.get $store_address) (i32.wrap_i64 (local.get $byte))) (local.get $value)))
      (else (i32.store8 (call $store_at (local.get $offset) (i64.const 1)) (local.get $value)))))
  (func (export "store_u64") (param $offset i64) (param $value i64) (local $byte i64)
    (local.set $byte (i64.sub (local.get $offset) (global.get $store_block)))
    (if (i64.lt_u (local.get $byte) (global.get $store_words))
      (then (i64.store align=1 (i32.add (global.get $store_address) (i32.wrap_i64 (local.get $byte))) (local.get $value)))
      (else (i64.store align=1 (call $store_at (local.get $offset) (i64.const 8)) (local.get $value)))))

  (func (export "input_length") (result i64) (global.get $input_length))
  (func (export "input_offset") (result i64) (global.get $input))
  (func (export "input_load_u8") (param $index i64) (result i32)
    (if (i64.ge_u (local.get $index) (global.get $input_length)) (then (call $fail (i32.const 5))))
    (i32.load8_u (i32.add (global.get $input_address) (i32.wrap_i64 (local.get $index)))))
  (func (export "input_load_u64") (param $index i64) (result i64)
    (if (i64.ge_u (local.get $index) (global.get $input_words)) (then (call $fail (i32.const 5))))
    (i64.load align=1 (i32.add (global.get $input_address) (i32.wrap_i64 (local.get $index)))))

  (func (export "output_set") (param $offset i64) (param $length i64)
    (i32.store offset=144 (i32.const 0) (i32.const 1))
    (i32.store offset=152 (i32.const 0) (i32.const 0))
    (if (i64.eqz (i64.or (local.get $offset) (local.get $length))) (then (return)))
    (if (i64.gt_u (local.get $length) (i64.const 0xffffffff)) (then (call $fail (i32.const 6))))
    (i32.store offset=148 (i32.const 0)
      (call $reach (local.get $offset) (local.get $length) (i32.const 6) (i32.const 6)))
    (i32.store offset=152 (i32.const 0) (i32.wrap_i64 (local.get $length))))

  (func $error_set (export "error_set") (param $offset i64)
    (global.set $error (local.get $offset))
    (i32.store offset=156 (i32.const 0) (i64.ne (local.get $offset) (i64.const 0)))
    (i32.store offset=164 (i32.const 0) (i32.const 0))
    (if (i64.eqz (local.get $offset)) (then (return)))
    (i32.store offset=160 (i32.const 0)
      (call $reach (local.get $offset) (i64.const 0) (i32.const 1) (i32.const 2)))
    (i32.store offset=164 (i32.const 0)
      (i32.sub (i32.load offset=4 (call $entry (local.get $offset))) (i32.wrap_i64 (local.get $offset)))))
  (func (export "error_get") (result i64) (global.get $error))

  ;; For the host.

  ;; A block that the host fills.
  (func (export "place") (param $size i32) (result i64)
    (call $make (i64.extend_i32_u (local.get $size)) (i32.const 0)))

  ;; Address (high) and size (low) of the block that begins at an offset; 0 if none does.
  (func (export "find") (param $offset i64) (result i64) (local $entry i32)
    (local.set $entry (call $live (local.get $offset)))
    (if (i32.or (i32.eqz (local.get $entry)) (i32.wrap_i64 (local.get $offset))) (then (return (i64.const 0))))
    (i64.or
      (i64.shl (i64.load32_u (local.get $entry)) (i64.const 32))
      (i64.load32_u offset=4 (local.get $entry))))

  ;; Frees everything and makes room for the input of the next call. @returns where it goes
  (func (export "begin") (param $length i32) (result i32)
    ;; The lists of free chunks, and what the host read.
    (memory.fill (i32.const 16) (i32.const 0) (i32.const 152))
    (memory.fill (i32.const 1024) (i32.const 0)
      (i32.shl (i32.shr_u (i32.add (global.get $slots) (i32.const 255)) (i32.const 8)) (i32.const 2)))
    (call $forget_places)
    (global.set $fault (i32.const 0))
    (global.set $top (i32.const 17408))
    (global.set $slots (i32.const 1))
    (global.set $free_slot (i32.const 0))
    (global.set $error (i64.const 0))
    (global.set $input (i64.const 0))
    (global.set $input_address (i32.const 0))
    (global.set $input_length (i64.const 0))
    (global.set $input_words (i64.const 0))
    (if (i32.eqz (local.get $length)) (then (return (i32.const 0))))
    (global.set $input (call $make (i64.extend_i32_u (local.get $length)) (i32.const 0)))
    (global.set $input_address (i32.load (call $entry (global.get $input))))
    (global.set $input_length (i64.extend_i32_u (local.get $length)))
    (global.set $input_words (call $words (global.get $input_length)))
    (global.get $input_address)))
