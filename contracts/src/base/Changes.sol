// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Codes} from "../libraries/Codes.sol";
import {Council, CouncilStore} from "../libraries/Council.sol";
import {Entry, EntryStore} from "../libraries/Entry.sol";
import {ExecutorCall} from "../libraries/ExecutorCall.sol";
import {Link} from "../libraries/Link.sol";
import {Parts} from "../libraries/Parts.sol";
import {Tally} from "../libraries/Quorum.sol";
import {Records} from "./Records.sol";

/// @title How a record is entered, and moves to what was approved
abstract contract Changes is Records {
    using CouncilStore for Council;
    using CouncilStore for bytes;
    using EntryStore for Entry;
    using EntryStore for uint256;

    function _enter(address contractAddress, bytes32 contractHash, string calldata contractLink, Council memory council)
        internal
    {
        Entry storage entry = _entries[contractAddress];
        (council.linkHead, entry.commit, council.linkTail) = Link.split(contractLink);
        entry.version = 1;
        entry.contractHash = contractHash;
        entry.council = _store(council);
    }

    /// @dev The code is looked at before the first call, so that no call can put it there only for this.
    function _carryOut(Upgrade[] calldata upgrades, Tally[] memory tallies, bytes32 digest) internal {
        for (uint256 i = 0; i < upgrades.length; ++i) {
            _change(Parts.item(upgrades, i), tallies[i], digest);
        }
        for (uint256 i = 0; i < upgrades.length; ++i) {
            _call(Parts.item(upgrades, i), tallies[i].council);
        }
    }

    /// @dev The version voids all that was signed or scheduled for it.
    function _change(Upgrade calldata upgrade, Tally memory tally, bytes32 digest) private {
        Code[] calldata code = Parts.code(upgrade);
        for (uint256 i = 0; i < code.length; ++i) {
            Code calldata one = Parts.item(code, i);
            Codes.assertStands(one.account, one.codeHash);
        }
        address contractAddress = tally.contractAddress;
        bytes32 contractHash = upgrade.contractHash;
        if (contractHash == 0) revert ContractHashZero(contractAddress);
        uint64 version = upgrade.version;
        string calldata contractLink = Parts.link(upgrade);
        Entry storage entry = _entries[contractAddress];
        (bytes20 commit, uint32 council) = _moveLink(tally, contractLink);
        entry.setFirst(tally.first, commit, uint32(version), council, VOTED | SCHEDULED);
        entry.contractHash = contractHash;
        emit RecordChanged(contractAddress, contractHash, digest, version, contractLink, upgrade.buildHash, code);
    }

    /// @dev A link that differs in its commit alone moves with that. For any other a new council is stored.
    function _moveLink(Tally memory tally, string calldata contractLink)
        private
        returns (bytes20 commit, uint32 council)
    {
        bool same;
        bytes memory stored = tally.council;
        uint256 headAt = stored.linkAt();
        (same, commit) = Link.commitBetween(stored, headAt, stored.tailAt(headAt), contractLink);
        if (same) return (commit, tally.first.councilOf());
        Council memory changed = stored.unpack();
        (changed.linkHead, commit, changed.linkTail) = Link.split(contractLink);
        council = _store(changed);
    }

    function _call(Upgrade calldata upgrade, bytes memory council) private {
        Call[] calldata calls = Parts.calls(upgrade);
        if (calls.length == 0) return;
        address executor_ = council.executor();
        if (executor_.code.length == 0) {
            bytes memory contractAddress = abi.encodePacked(upgrade.contractAddress);
            ++_nextNumber;
            Clones.cloneDeterministicWithImmutableArgs(executorImplementation, contractAddress, council.executorSalt());
            emit ExecutorCreated(upgrade.contractAddress, executor_);
        }
        for (uint256 i = 0; i < calls.length; ++i) {
            // Its code was looked at just now.
            if (!ExecutorCall.make(executor_, Parts.item(calls, i))) LowLevelCall.bubbleRevert();
        }
    }
}
