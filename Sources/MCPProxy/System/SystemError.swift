/// A system call that failed.
package struct SystemError: Error, Equatable, Sendable {
  /// The call's name as its manual page has it.
  package let call: String
  package let number: Int32

  package init(_ call: String, _ number: Int32) {
    self.call = call
    self.number = number
  }
}
