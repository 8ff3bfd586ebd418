# Finds GoogleTest: installed, or from Debian's package where apt-get may install it, or else its source is fetched.
find_package(GTest QUIET)

if(NOT GTest_FOUND)
  find_program(apt_get apt-get)
  if(apt_get)
    message(STATUS "GoogleTest is missing: installing libgtest-dev")
    set(install "apt-get update -qq; apt-get install -y -qq libgtest-dev")
    execute_process(COMMAND sh -c "if [ $(id -u) = 0 ]; then ${install}; else sudo -n sh -c '${install}'; fi"
                    OUTPUT_QUIET ERROR_QUIET)
    find_package(GTest QUIET)
  endif()
endif()

if(NOT GTest_FOUND)
  set(version 1.15.2)
  set(archive ${CMAKE_BINARY_DIR}/googletest-${version}.tar.gz)
  message(STATUS "GoogleTest is missing: fetching its source")
  file(DOWNLOAD https://github.com/google/googletest/archive/refs/tags/v${version}.tar.gz ${archive} STATUS download
       TIMEOUT 120)
  list(GET download 0 failed)
  if(failed)
    file(REMOVE ${archive})
    message(FATAL_ERROR "The C++ tests need GoogleTest, which is not installed and could not be fetched (${download}): "
                        "install it (on Debian: apt-get install libgtest-dev) and run this again.")
  endif()
  include(FetchContent)
  set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
  FetchContent_Declare(googletest URL ${archive})
  FetchContent_MakeAvailable(googletest)
endif()
