/// What is in flight, by a number that is given once and counted up.
///
/// The standard dictionary guards against keys chosen by others, which costs more than all the rest
/// of finding a value; these numbers are our own. One multiplication spreads them, so that they do
/// not stand in one long row, and the next free place takes what collides.
package struct NumberTable<Value> {
  /// 0: free.
  private var numbers: [UInt64]
  private var values: [Value?]
  /// How many numbers are in use.
  package private(set) var count = 0

  package init() {
    numbers = Array(repeating: 0, count: 16)
    values = Array(repeating: nil, count: 16)
  }

  package var isEmpty: Bool { count == 0 }

  /// All numbers in use, in the order they were given.
  package var sortedNumbers: [UInt64] { numbers.filter { $0 != 0 }.sorted() }

  /// Writing `nil` removes; 0 is never in use.
  package subscript(number: UInt64) -> Value? {
    get { place(of: number).flatMap { values[$0] } }
    set {
      if let newValue { insert(newValue, number) } else { _ = remove(number) }
    }
  }

  /// Takes a value out.
  package mutating func remove(_ number: UInt64) -> Value? {
    guard let place = place(of: number) else { return nil }
    let value = values[place].take()
    numbers[place] = 0
    count -= 1
    closeGap(at: place)
    return value
  }

  /// Places that are looked at to find a number, for the tests that count them.
  package func walk(to number: UInt64) -> Int {
    var walk = 1
    var place = home(number)
    while numbers[place] != number, numbers[place] != 0 {
      place = (place + 1) & mask
      walk += 1
    }
    return walk
  }

  private mutating func insert(_ value: Value, _ number: UInt64) {
    precondition(number != 0)
    if let place = place(of: number) {
      values[place] = value
      return
    }
    if count * 2 >= numbers.count { grow() }
    let place = freePlace(for: number)
    numbers[place] = number
    values[place] = value
    count += 1
  }

  private var mask: Int { numbers.count - 1 }

  /// The upper bits of the product depend on all bits of the number (Knuth 3, section 6.4).
  private func home(_ number: UInt64) -> Int {
    Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
  }

  private func place(of number: UInt64) -> Int? {
    guard number != 0 else { return nil }
    var place = home(number)
    while numbers[place] != number {
      if numbers[place] == 0 { return nil }
      place = (place + 1) & mask
    }
    return place
  }

  private func freePlace(for number: UInt64) -> Int {
    var place = home(number)
    while numbers[place] != 0 { place = (place + 1) & mask }
    return place
  }

  /// Moves back what stands behind its home because of what was removed.
  private mutating func closeGap(at start: Int) {
    var gap = start
    var place = (gap + 1) & mask
    while numbers[place] != 0 {
      let distance = (place - home(numbers[place])) & mask
      if distance >= (place - gap) & mask {
        numbers.swapAt(gap, place)
        values.swapAt(gap, place)
        gap = place
      }
      place = (place + 1) & mask
    }
  }

  private mutating func grow() {
    let (oldNumbers, oldValues) = (numbers, values)
    numbers = Array(repeating: 0, count: oldNumbers.count * 2)
    values = Array(repeating: nil, count: oldNumbers.count * 2)
    for (number, value) in zip(oldNumbers, oldValues) where number != 0 {
      let place = freePlace(for: number)
      numbers[place] = number
      values[place] = value
    }
  }
}

extension NumberTable: Sendable where Value: Sendable {}
