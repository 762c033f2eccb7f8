"""What would happen on the floor in the next minutes, as it is and after a change: 지금 옮기면?"""
