#include "io/system/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace armgate::io {
namespace {

spdlog::logger& logger() {
    static const auto made = [] {
        auto log = std::make_shared<spdlog::logger>(
            "armgate", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        log->set_pattern("armgate: %v");
        log->set_level(spdlog::level::warn);
        return log;
    }();
    return *made;
}

}  // namespace

void set_log_level(LogLevel level) {
    switch (level) {
        case LogLevel::error:
            return logger().set_level(spdlog::level::err);
        case LogLevel::warn:
            return logger().set_level(spdlog::level::warn);
        case LogLevel::info:
            return logger().set_level(spdlog::level::info);
        case LogLevel::debug:
            return logger().set_level(spdlog::level::debug);
    }
}

// The message is an argument, never the format: braces in it mean nothing.
void log_error(std::string_view message) {
    logger().error("{}", message);
}
void log_warn(std::string_view message) {
    logger().warn("{}", message);
}
void log_debug(std::string_view message) {
    logger().debug("{}", message);
}
void log_info(std::string_view message) {
    logger().info("{}", message);
}

}  // namespace armgate::io
