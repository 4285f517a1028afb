#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

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

extension SystemError: CustomStringConvertible {
  package var description: String { "\(call): \(cause)" }

  /// What went wrong, without the call.
  package var cause: String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }

  /// Nobody reads at the other end any more.
  package var isClosedPipe: Bool { number == EPIPE || number == ECONNRESET }

  /// The file does not exist.
  package var isNotFound: Bool { number == ENOENT }
}
