namespace Tornadose.SignalR.Tests.TestKit;

public sealed class EventuallyTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task TrueAsync_ConditionBecomesTrue_Returns()
    {
        var calls = 0;
        await Eventually.TrueAsync(() => ++calls == 3);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task TrueAsync_NeverTrue_NamesTheCondition()
    {
        var calls = 0;
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.TrueAsync(() => calls++ < 0, Short));
        Assert.Contains("calls++ < 0", failure.Message);
    }

    [Fact]
    public async Task WithTimeout_HangingTask_NamesTheTask()
    {
        var hanging = new TaskCompletionSource<int>();
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => hanging.Task.WithTimeout(Short));
        Assert.Contains("hanging.Task", failure.Message);
    }

    [Fact]
    public async Task WithTimeout_TaskThatThrowsItsOwnTimeout_IsLeftAlone()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => Task.FromException(new TimeoutException("own")).WithTimeout());
        Assert.Equal("own", failure.Message);
    }
}
