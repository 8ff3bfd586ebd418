# The Python package as it is installed, in a wheel or (by `make build`) in build/python:
#
#   torchactiv/*.py, catalogue.json                       the package
#   torchactiv/accuracy.json, performance.json            what was measured, where it was
#   torchactiv/lib/libtorchactiv.so                       the operators
#   torchactiv/_calls.*.so                                how this Python calls them
#   torchactiv/include/torchactiv/*.h                     the C++ interface
#   torchactiv/share/cmake/torchactiv/*.cmake             find_package(torchactiv CONFIG)
#
# Nothing in it holds a path of the machine that built it.
string(REGEX MATCH "^[0-9]+\\.[0-9]+" TORCHACTIV_TORCH_MINOR ${TORCHACTIV_TORCH_VERSION})
configure_file(${CMAKE_SOURCE_DIR}/cmake/built_for.py.in ${TORCHACTIV_GENERATED}/_built_for.py @ONLY)
configure_file(${CMAKE_SOURCE_DIR}/cmake/torchactivConfig.cmake.in ${TORCHACTIV_GENERATED}/torchactivConfig.cmake @ONLY)
include(CMakePackageConfigHelpers)
write_basic_package_version_file(${TORCHACTIV_GENERATED}/torchactivConfigVersion.cmake COMPATIBILITY SameMajorVersion)

# In site-packages torchactiv stands beside torch.
if(APPLE)
  set(here "@loader_path")
else()
  set(here "$ORIGIN")
endif()
set_target_properties(torchactiv PROPERTIES INSTALL_RPATH "${here}/../../torch/lib")

set(CMAKE_INSTALL_MESSAGE LAZY)
install(TARGETS torchactiv LIBRARY DESTINATION torchactiv/lib)
if(TARGET torchactiv_calls)
  set_target_properties(torchactiv_calls PROPERTIES INSTALL_RPATH "${here}/../torch/lib")
  install(TARGETS torchactiv_calls LIBRARY DESTINATION torchactiv)
endif()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/python_bindings/torchactiv/ ${TORCHACTIV_RENDERED_PYTHON}/torchactiv/
        DESTINATION torchactiv
        FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed" PATTERN "rational_coefficients.json"
        PATTERN "__pycache__" EXCLUDE)
install(FILES ${TORCHACTIV_GENERATED}/_built_for.py ${TORCHACTIV_CATALOGUE} DESTINATION torchactiv)
install(FILES ${CMAKE_SOURCE_DIR}/docs/accuracy.json ${CMAKE_SOURCE_DIR}/docs/performance.json DESTINATION torchactiv
        OPTIONAL)
install(DIRECTORY ${TORCHACTIV_HEADERS}/torchactiv ${TORCHACTIV_RENDERED_HEADERS}/torchactiv
        DESTINATION torchactiv/include FILES_MATCHING PATTERN "*.h")
install(FILES ${TORCHACTIV_GENERATED}/torchactivConfig.cmake ${TORCHACTIV_GENERATED}/torchactivConfigVersion.cmake
        DESTINATION torchactiv/share/cmake/torchactiv)

# What `cmake --install` copies.
add_custom_target(torchactiv_package)
add_dependencies(torchactiv_package torchactiv torchactiv_python_sources torchactiv_public_headers)
if(TARGET torchactiv_calls)
  add_dependencies(torchactiv_package torchactiv_calls)
endif()
