// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IRegistryTypes} from "../../src/interfaces/IRegistryTypes.sol";
import {vm} from "../base/Vm.sol";
import {Checks} from "./Checks.sol";
import {Counter} from "./Counter.sol";
import {Sending} from "./Sending.sol";

/// @notice Does to two records whatever the runner picks, as anybody, with too few signatures as often as with enough.
contract Handler is Sending, Checks {
    bytes32 private constant SALT = keccak256("salt");

    uint256[][2] private teams;

    IRegistryTypes.Approval[] private approvals;
    IRegistryTypes.Rotation[] private rotations;
    IRegistryTypes.Commitment[] private commitments;
    IRegistryTypes.Approval[] private hidden;

    constructor() {
        setUp();
    }

    function setUp() public override {
        vm.warp(NOW);
        vm.recordLogs();
        registry = deployRegistry(curator);
        (uint256[] memory first, address[] memory firstSigners) = council("first team", 3);
        (uint256[] memory second, address[] memory secondSigners) = council("second team", 4);
        (teams[0], teams[1]) = (first, second);
        for (uint256 i = 0; i < 4; ++i) {
            if (i < 3) keyOf[firstSigners[i]] = first[i];
            keyOf[secondSigners[i]] = second[i];
        }
        for (uint256 i = 0; i < 2; ++i) {
            counters[i] = new Counter();
            register(address(counters[i]), i == 0 ? firstSigners : secondSigners, i == 0 ? 2 : 3);
            counters[i].expect(registry.executor(address(counters[i])));
        }
        book();
    }

    // --------------------------------------------------------------------------------------------- what is picked

    function tryFinalize(uint256 which, uint256 count, uint256 calls, uint256 sender) external {
        IRegistryTypes.Approval memory approval = anyApproval(which, calls % 4 != 0);
        bytes32 digest = digestOf(approval);
        (bytes memory signatures, address by) = consent(contractsOf(approval), digest, count, sender);
        send(by, abi.encodeCall(registry.finalize, (approval, signatures)));
    }

    function trySchedule(uint256 which, uint256 count, uint256 calls, uint256 sender) external {
        IRegistryTypes.Approval memory approval = anyApproval(which, calls % 4 != 0);
        bytes32 digest = digestOf(approval);
        (bytes memory signatures, address by) = consent(contractsOf(approval), digest, count, sender);
        forbid();
        if (send(by, abi.encodeCall(registry.schedule, (approval, signatures)))) push(approvals, approval);
    }

    function tryExecute(uint256 index) external {
        if (approvals.length == 0) return;
        IRegistryTypes.Approval memory approval = approvals[recent(index, approvals.length)];
        allow(contractsOf(approval));
        send(stranger, abi.encodeCall(registry.execute, (approval)));
    }

    function tryRotate(uint256 which, uint256 shape, uint256 count, uint256 sender) external {
        IRegistryTypes.Rotation memory rotation = anyRotation(which, shape);
        (bytes memory signatures, address by) =
            consent(listOf(rotation.contractAddress), digestOf(rotation), count, sender);
        send(by, abi.encodeCall(registry.rotate, (rotation, signatures)));
    }

    function tryScheduleRotation(uint256 which, uint256 shape, uint256 count, uint256 sender) external {
        IRegistryTypes.Rotation memory rotation = anyRotation(which, shape);
        (bytes memory signatures, address by) =
            consent(listOf(rotation.contractAddress), digestOf(rotation), count, sender);
        forbid();
        if (send(by, abi.encodeCall(registry.scheduleRotation, (rotation, signatures)))) rotations.push(rotation);
    }

    function tryExecuteRotation(uint256 index) external {
        if (rotations.length == 0) return;
        IRegistryTypes.Rotation memory rotation = rotations[recent(index, rotations.length)];
        allow(listOf(rotation.contractAddress));
        send(stranger, abi.encodeCall(registry.executeRotation, (rotation)));
    }

    function tryCommit(uint256 which, uint256 count, uint256 sender) external {
        IRegistryTypes.Approval memory approval = anyApproval(which, true);
        IRegistryTypes.Commitment memory commitment = commitmentOf(approval, SALT);
        (bytes memory signatures, address by) = consent(commitment.contracts, digestOf(commitment), count, sender);
        forbid();
        if (!send(by, abi.encodeCall(registry.commit, (commitment, signatures)))) return;
        commitments.push(commitment);
        push(hidden, approval);
    }

    function tryReveal(uint256 index, uint256 other_) external {
        if (hidden.length == 0) return;
        index = recent(index, hidden.length);
        // Now and then what does not belong together.
        IRegistryTypes.Approval memory approval = hidden[other_ % 4 == 0 ? other_ % hidden.length : index];
        allow(commitments[index].contracts);
        send(
            models[commitments[index].contracts[0]].rules.gate,
            abi.encodeCall(registry.reveal, (commitments[index], approval, SALT, new IRegistryTypes.Deployment[](0)))
        );
    }

    function tryAcceptAuthority(uint256 which, uint256 role) external {
        address contractAddress = one(which);
        address authority = models[contractAddress].rules.authority;
        bool asAuthority = role % 4 != 0;
        forbid();
        mayChange[contractAddress] = asAuthority && authority != address(0) && !models[contractAddress].rules.accepted;
        send(asAuthority ? authority : stranger, abi.encodeCall(registry.acceptAuthority, (contractAddress)));
    }

    function tryCancel(uint256 which, uint256 index, uint256 role) external {
        if (digests.length == 0) return;
        address contractAddress = one(which);
        forbid();
        send(
            role % 4 != 0 ? models[contractAddress].rules.guardian : stranger,
            abi.encodeCall(registry.cancel, (digests[index % digests.length], contractAddress))
        );
    }

    function tryReject(uint256 which, uint256 index, uint256 count, uint256 sender) external {
        address contractAddress = one(which);
        bytes32 digest = digests.length == 0 ? digestOf(anyApproval(which % 2, false)) : digests[index % digests.length];
        IRegistryTypes.Rejection memory rejection = rejectionOf(digest);
        (bytes memory signatures, address by) =
            consent(listOf(contractAddress), digestOf(rejection), count / 3 % 2 * 4, sender);
        forbid();
        send(by, abi.encodeCall(registry.reject, (contractAddress, rejection, signatures)));
    }

    function tryRevoke(uint256 which, uint256 signer) external {
        address contractAddress = one(which);
        address[] memory list = models[contractAddress].signers;
        bytes32 digest = digestOf(anyApproval(which % 2, false));
        forbid();
        send(list[signer % list.length], abi.encodeCall(registry.revoke, (contractAddress, digest)));
    }

    function tryPause(uint256 which, uint24 duration, uint256 role) external {
        address contractAddress = one(which);
        forbid();
        send(
            role % 4 != 0 ? models[contractAddress].rules.guardian : stranger,
            abi.encodeCall(registry.pause, (contractAddress, duration % 8 days))
        );
    }

    function tryUnpause(uint256 which, uint256 count, uint256 sender) external {
        IRegistryTypes.Unpause memory message = unpauseOf(one(which));
        (bytes memory signatures, address by) =
            consent(listOf(message.contractAddress), digestOf(message), count, sender);
        forbid();
        send(by, abi.encodeCall(registry.unpause, (message, signatures)));
    }

    function wait(uint256 time) external {
        skip(time % 3 == 0 ? time % 12 hours : time % 9 days);
    }

    /// @notice I3: everything that was ever sent comes again, from anybody. Only what could not pass before may do so.
    function tryAgain(uint256 index, uint256 sender) external {
        if (sent.length == 0) return;
        bytes memory data = sent[index % sent.length];
        forbid();
        send(sender % 2 == 0 ? stranger : models[one(sender)].rules.authority, data);
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /// @dev Mostly one of the last three, seldom any.
    function recent(uint256 index, uint256 length) private pure returns (uint256) {
        if (index % 8 == 0) return index / 8 % length;
        return length - 1 - index % (length < 3 ? length : 3);
    }

    /// @dev Of one record, or of both; now and then the one that was scheduled before.
    function anyApproval(uint256 which, bool calls) private returns (IRegistryTypes.Approval memory approval) {
        which = which % 8;
        if (which == 7 && approvals.length != 0) return approvals[approvals.length - 1];
        uint256 size = which < 5 ? 1 : 2;
        approval.deadline = uint64(vm.getBlockTimestamp() / 10 days * 10 days + 20 days);
        approval.upgrades = new IRegistryTypes.Upgrade[](size);
        for (uint256 i = 0; i < size; ++i) {
            address contractAddress = one(which + i);
            approval.upgrades[i] = upgradeOf(contractAddress);
            approval.upgrades[i].contractHash = keccak256(abi.encode(which, calls));
            approval.upgrades[i].contractLink = which % 3 == 0 ? LINK : NEXT_LINK;
            if (calls) approval.upgrades[i].calls = callsOf(contractAddress, abi.encodeCall(Counter.count, ()));
        }
        if (calls) hasCall[digestOf(approval)] = true;
    }

    /// @dev Most shapes leave the other rules as they are, so that states last for a while.
    function anyRotation(uint256 which, uint256 shape) private view returns (IRegistryTypes.Rotation memory rotation) {
        address contractAddress = one(which);
        rotation = rotationOf(contractAddress);
        rotation.deadline = uint64(vm.getBlockTimestamp() / 10 days * 10 days + 20 days);
        rotation.guardian = shape % 5 == 0 ? address(0) : guardian;
        rotation.commitReveal = shape % 4 != 0;
        rotation.delay = shape % 13 < 8 ? 0 : uint32(shape % 13 * 12 hours);
        if (shape % 17 == 0) rotation.delay = 31 days;
        rotation.gate = shape % 11 == 0 ? gate : address(0);
        rotation.authority = shape % 6 == 0 ? address(0xA0) : address(0);
        if (shape % 2 == 0) return rotation;
        uint256[] memory team = teams[shape / 2 % 2];
        rotation.signers = sortByAddress(team);
        rotation.minSignatures = uint8(1 + shape / 4 % team.length);
    }

    function push(IRegistryTypes.Approval[] storage list, IRegistryTypes.Approval memory approval) private {
        IRegistryTypes.Approval storage added = list.push();
        added.deadline = approval.deadline;
        for (uint256 i = 0; i < approval.upgrades.length; ++i) {
            IRegistryTypes.Upgrade memory from = approval.upgrades[i];
            IRegistryTypes.Upgrade storage to = added.upgrades.push();
            to.contractAddress = from.contractAddress;
            to.version = from.version;
            to.contractHash = from.contractHash;
            to.contractLink = from.contractLink;
            to.buildHash = from.buildHash;
            for (uint256 j = 0; j < from.calls.length; ++j) {
                to.calls.push(from.calls[j]);
            }
        }
    }
}
