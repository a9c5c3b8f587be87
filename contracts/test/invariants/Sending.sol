// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {vm} from "../base/Vm.sol";
import {Book} from "./Book.sol";

/// @notice Sends anything as anybody, and looks whether something happened that must not: I1 to I3, I6.
abstract contract Sending is Book {
    bytes[] internal sent;
    uint256 public successes;
    mapping(bytes4 => uint256) public successesOf;

    /// @dev Whether what is being sent carries consent, and for which records.
    mapping(address => bool) internal mayChange;

    /// @dev Sends, writes the book, and looks whether anything happened that must not.
    function send(address sender, bytes memory data) internal returns (bool success) {
        bytes32[2] memory before = [all(0), all(1)];
        bytes32[2] memory fields = [stateOf(address(counters[0])), stateOf(address(counters[1]))];
        uint64[2] memory versions = [models[address(counters[0])].version, models[address(counters[1])].version];
        vm.recordLogs();
        vm.prank(sender);
        (success,) = address(registry).call(data);
        // What a failed call told did not happen, though it is among the logs.
        if (!success) vm.getRecordedLogs();
        if (success) {
            book();
            ++successes;
            ++successesOf[bytes4(data)];
            // A rejection may be repeated: it counts once. Whatever else was accepted must not be so again.
            if (bytes4(data) != registry.reject.selector && bytes4(data) != registry.revoke.selector) sent.push(data);
        }
        for (uint256 i = 0; i < 2; ++i) {
            address contractAddress = address(counters[i]);
            if (!success && all(i) != before[i]) violation = "a failed call changed something";
            uint256 found = registry.record(contractAddress).version;
            if (found != versions[i] && found != versions[i] + 1) violation = "version did not grow by one";
            if (stateOf(contractAddress) == fields[i]) continue;
            if (!mayChange[contractAddress]) violation = "record changed without consent";
            if (found == versions[i]) violation = "record changed without its version";
        }
        forbid();
    }

    /// @dev Signatures by the first `count` signers of each record, the sender, and whether that is consent.
    function consent(address[] memory contracts, bytes32 digest, uint256 count, uint256 sender)
        internal
        returns (bytes memory signatures, address by)
    {
        forbid();
        // Now and then too few.
        count = count % 4 == 0 ? count / 4 % 4 : 4;
        Model storage model = models[contracts[0]];
        by = sender % 4 == 0 ? stranger : model.rules.accepted ? model.rules.authority : model.rules.gate;
        address[] memory used = new address[](0);
        for (uint256 i = 0; i < contracts.length; ++i) {
            address[] memory list = models[contracts[i]].signers;
            for (uint256 j = 0; j < list.length && j < count; ++j) {
                if (bitOf(used, list[j]) == 0) used = withContract(used, list[j]);
            }
        }
        for (uint256 i = 0; i < used.length; ++i) {
            signatures = bytes.concat(signatures, signWith(keyOf[used[i]], digest));
        }
        for (uint256 i = 0; i < contracts.length; ++i) {
            if (!hasConsent(contracts[i], digest, used, by)) return (signatures, by);
        }
        allow(contracts);
    }

    function hasConsent(address contractAddress, bytes32 digest, address[] memory used, address by)
        private
        view
        returns (bool)
    {
        Model storage model = models[contractAddress];
        uint32 rejected = rejections[contractAddress][model.version + 1][digest];
        if (model.rules.accepted) return by == model.rules.authority && rejected == 0;
        uint256 good;
        uint256 against;
        for (uint256 i = 0; i < model.signers.length; ++i) {
            bool isAgainst = (rejected >> i) & 1 == 1;
            bool isBack = (revocations[contractAddress][model.version + 1][digest] >> i) & 1 == 1;
            if (isAgainst) ++against;
            if (!isAgainst && !isBack && bitOf(used, model.signers[i]) != 0) ++good;
        }
        return good >= model.minSignatures && against <= model.signers.length - model.minSignatures;
    }

    function allow(address[] memory contracts) internal {
        forbid();
        for (uint256 i = 0; i < contracts.length; ++i) {
            mayChange[contracts[i]] = true;
        }
    }

    function forbid() internal {
        mayChange[address(counters[0])] = false;
        mayChange[address(counters[1])] = false;
    }

    function all(uint256 i) private view returns (bytes32) {
        return keccak256(abi.encode(governedStateOf(address(counters[i])), counters[i].calls(), registry.curator()));
    }
}
