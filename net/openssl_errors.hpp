// OpenSSL's queue of errors, which belongs to a thread and not to a connection.
//
// What another connection left there would be taken for this one's, and a healthy connection would be closed: so the
// queue is emptied before each call whose result is judged, and after each failure. Thread-safety: any thread.
#pragma once

#include <string>

namespace lucid::net {

/// The newest error in OpenSSL's words; the queue is empty afterwards.
std::string newest_openssl_error();

}  // namespace lucid::net
