// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The smallest upgradeable base: a contract that runs behind an ERC-1967 proxy and replaces itself (ERC-1822)
/// @dev Storage slot 0 holds the owner; what inherits begins at slot 1.
abstract contract Uups {
    /// @dev ERC-1967: keccak256("eip1967.proxy.implementation") − 1
    bytes32 private constant IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    /// @dev In the code, not in storage: the implementation's own address, also when a proxy runs it.
    address private immutable SELF = address(this);

    address public owner;

    event Upgraded(address indexed implementation);
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error OnlyOwner(address sender);
    error OnlyProxy();
    error OnlyImplementation();
    error AlreadyInitialized(address owner);
    error OwnerZero();
    error NotUups(address implementation);
    error ValueWithoutCall(uint256 value);

    modifier onlyOwner() {
        if (msg.sender != owner) revert OnlyOwner(msg.sender);
        _;
    }

    /// @dev Nobody can own, upgrade or destroy the implementation itself.
    modifier onlyProxy() {
        if (address(this) == SELF || implementation() != SELF) revert OnlyProxy();
        _;
    }

    /// @notice Names the owner, once. To be called by the proxy's constructor.
    function initialize(address initialOwner) external onlyProxy {
        if (owner != address(0)) revert AlreadyInitialized(owner);
        _setOwner(initialOwner);
    }

    function transferOwnership(address newOwner) external onlyOwner {
        _setOwner(newOwner);
    }

    /// @notice Replaces the implementation, then runs `data` on the new one where there is any, or changes nothing.
    function upgradeToAndCall(address newImplementation, bytes calldata data) external payable onlyProxy onlyOwner {
        if (data.length == 0 && msg.value != 0) revert ValueWithoutCall(msg.value);
        // An implementation without this could never be replaced again.
        try Uups(newImplementation).proxiableUUID() returns (bytes32 slot) {
            if (slot != IMPLEMENTATION_SLOT) revert NotUups(newImplementation);
        } catch {
            revert NotUups(newImplementation);
        }
        assembly ("memory-safe") {
            sstore(IMPLEMENTATION_SLOT, newImplementation)
        }
        emit Upgraded(newImplementation);
        if (data.length != 0) _delegate(newImplementation, data);
    }

    /// @notice ERC-1822: where the implementation is kept. Refused behind a proxy, or a proxy could be taken for one.
    function proxiableUUID() external view returns (bytes32) {
        if (address(this) != SELF) revert OnlyImplementation();
        return IMPLEMENTATION_SLOT;
    }

    /// @notice What the proxy runs now.
    function implementation() public view returns (address current) {
        assembly ("memory-safe") {
            current := sload(IMPLEMENTATION_SLOT)
        }
    }

    function _setOwner(address newOwner) private {
        if (newOwner == address(0)) revert OwnerZero();
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
    }

    function _delegate(address target, bytes calldata data) private {
        (bool success, bytes memory answer) = target.delegatecall(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
