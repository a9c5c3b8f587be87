// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Uups} from "./Uups.sol";

/// @title Keeps everybody's ether until they want it back
contract Vault is Uups {
    mapping(address account => uint256) public balanceOf;

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);

    error BalanceTooLow(uint256 found, uint256 wanted);
    error PaymentFailed(address account);

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
        emit Deposited(msg.sender, msg.value);
    }

    function withdraw(uint256 amount) public {
        uint256 balance = balanceOf[msg.sender];
        if (balance < amount) revert BalanceTooLow(balance, amount);
        balanceOf[msg.sender] = balance - amount;
        emit Withdrawn(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed(msg.sender);
    }

    function withdrawAll() external {
        withdraw(balanceOf[msg.sender]);
    }

    function version() external pure returns (string memory) {
        return "2";
    }
}
