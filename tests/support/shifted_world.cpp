// Preloaded into the built program by tests: a wall clock that jumps, and names that resolve as a
// file says. Nothing of it is in the program itself.
//   SHIFTED_CLOCK=FILE   seconds that are added to the wall clock; read at each look
//   SHIFTED_NAMES=FILE   lines `NAME ADDRESS` for names under shifted.test; those that are not
//                        there fail, and `slow...` fails after a while
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dlfcn.h>
#include <fstream>
#include <netdb.h>
#include <string>
#include <unistd.h>

namespace {

template <class Function>
Function* next(const char* name) {
    void* const found = ::dlsym(RTLD_NEXT, name);
    Function* out = nullptr;
    std::memcpy(&out, &found, sizeof out);
    return out;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
    static auto* const real = next<int(clockid_t, timespec*)>("clock_gettime");
    const int status = real(clock, time);
    const char* const path = clock == CLOCK_REALTIME ? std::getenv("SHIFTED_CLOCK") : nullptr;
    if (status != 0 || path == nullptr) return status;
    long seconds = 0;
    if (std::ifstream(path) >> seconds) time->tv_sec += seconds;
    return status;
}

extern "C" int getaddrinfo(const char* node,
                           const char* service,
                           const addrinfo* hints,
                           addrinfo** out) {
    static auto* const real =
        next<int(const char*, const char*, const addrinfo*, addrinfo**)>("getaddrinfo");
    const char* const path = std::getenv("SHIFTED_NAMES");
    const std::string wanted = node != nullptr ? node : "";
    if (path == nullptr || !wanted.ends_with(".shifted.test")) {
        return real(node, service, hints, out);
    }
    std::ifstream names(path);
    for (std::string name, address; names >> name >> address;) {
        if (name == wanted) return real(address.c_str(), service, hints, out);
    }
    if (wanted.starts_with("slow")) ::sleep(2);
    return EAI_AGAIN;
}
