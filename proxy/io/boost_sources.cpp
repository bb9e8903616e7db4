// Asio and Beast, compiled once: everything else includes declarations only (see armgate_boost in
// CMakeLists.txt). This cuts the time and memory of every other unit to about a third.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
