// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What a team writes that has a Safe already: hash and link of a contract, set by its owner
/// @notice The other side of the gas bench (bench/gas.ts). Nothing is verified here; the Safe does that.
contract PlainRegistry {
    struct Entry {
        bytes32 contractHash;
        string contractLink;
    }

    address private immutable OWNER;

    mapping(address contractAddress => Entry) public entries;

    event RecordChanged(address indexed contractAddress, bytes32 contractHash, string contractLink);

    error OnlyOwner(address sender);

    constructor(address owner) {
        OWNER = owner;
    }

    function set(address contractAddress, bytes32 contractHash, string calldata contractLink) external {
        if (msg.sender != OWNER) revert OnlyOwner(msg.sender);
        entries[contractAddress] = Entry(contractHash, contractLink);
        emit RecordChanged(contractAddress, contractHash, contractLink);
    }
}
