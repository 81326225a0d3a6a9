#pragma once
// A vector of one element that can only be moved, which an initialiser list can't hold.

#include <utility>
#include <vector>

namespace libnet::inline v0::base {

/// Takes the element.
template <typename T>
std::vector<T> only(T element)
{
    std::vector<T> one;
    one.push_back(std::move(element));
    return one;
}

}  // namespace libnet::inline v0::base
