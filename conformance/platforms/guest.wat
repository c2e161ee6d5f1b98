;; The guest of the metering scenario.
(module
  (memory 1)
  ;; 1 + 2 + ... + count. Each turn executes nine operators, and the end one.
  (func (export "sum") (param $count i32) (result i32)
    (local $sum i32)
    (loop $more
      (local.set $sum (i32.add (local.get $sum) (local.get $count)))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $sum))
  (func (export "spin") (loop $again (br $again)))
  (func (export "grow") (param $pages i32) (result i32)
    (memory.grow (local.get $pages))))
