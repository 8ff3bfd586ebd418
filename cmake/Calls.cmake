# torchactiv._calls, the extension module through which Python calls operators without torch.ops. Its file is named for
# the Python that it was compiled for; any other does not see it, and calls through torch.ops.
if(NOT Python3_Development.Module_FOUND)
  message(STATUS "no headers of ${Python3_EXECUTABLE}: Python will call the operators through torch.ops")
  return()
endif()
Python3_add_library(torchactiv_calls MODULE WITH_SOABI
  ${CMAKE_SOURCE_DIR}/python_bindings/calls/module.cpp ${CMAKE_SOURCE_DIR}/python_bindings/calls/operator_call.cpp)
target_include_directories(torchactiv_calls PRIVATE ${CMAKE_SOURCE_DIR})
target_compile_options(torchactiv_calls PRIVATE ${TORCHACTIV_WARNINGS})
target_link_libraries(torchactiv_calls PRIVATE torchactiv_torch
  ${TORCHACTIV_TORCH_ROOT}/lib/${CMAKE_SHARED_LIBRARY_PREFIX}torch_python${CMAKE_SHARED_LIBRARY_SUFFIX})
# Nearly all of the time goes into torch's headers.
set_target_properties(torchactiv_calls PROPERTIES OUTPUT_NAME _calls UNITY_BUILD ${TORCHACTIV_UNITY_BUILD})
