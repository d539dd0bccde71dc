using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// The further contract of a backplane that keeps messages across a restart of the process: the log continues where it was, and ids
/// stay valid.
/// </summary>
/// <typeparam name="TBackplane">
/// The backplane. It is disposed if it is <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>.
/// </typeparam>
public abstract class DurableBackplaneSpecification<TBackplane> : BackplaneSpecification<TBackplane>
    where TBackplane : IBackplane
{
    private static readonly MessageLogLimits Ten = new(10, 1 << 20);

    /// <summary>Creates a backplane on the data of a disposed one: the same folder, the same database.</summary>
    /// <param name="closed">The disposed backplane.</param>
    /// <returns>The new backplane.</returns>
    protected abstract Task<TBackplane> ReopenAsync(TBackplane closed);

    /// <summary>The newest messages of a window are there again, with their positions and their content.</summary>
    /// <param name="capacity">The capacity after the restart.</param>
    /// <param name="first">The first message that must be there.</param>
    [Theory]
    [InlineData(10, 6)]
    [InlineData(3, 13)]
    public async Task Restart_Window_IsThereAgain(int capacity, int first)
    {
        var backplane = await CreateAsync();
        var positions = await FillAsync(backplane, Ten, 15);
        var reopened = await ReopenAsync(backplane);
        await using (var channel = reopened.Open("store", Ten with { Capacity = capacity }))
        {
            using var following = await FollowAsync(channel);
            Assert.Equal(positions[^1], channel.Log.Position);
            var messages = channel.Log.GetSnapshot().Messages;
            Assert.Equal(Enumerable.Range(first, 16 - first).Select(i => $"{i}"), messages.Select(message => message.GetText()));
            Assert.Equal(positions[(first - 1)..], messages.Select(message => message.Position!.Value));
            Assert.All(messages, message => Assert.Equal(("type", MessageFormat.Json), (message.EventType, message.Format)));
        }

        await DisposeAsync(reopened);
    }

    /// <summary>Offsets continue in the same epoch.</summary>
    [Fact]
    public async Task Restart_NextMessage_FollowsTheLast()
    {
        var backplane = await CreateAsync();
        var positions = await FillAsync(backplane, Ten, 3);
        var reopened = await ReopenAsync(backplane);
        await using (var channel = reopened.Open("store", Ten))
        {
            var next = await AppendAsync(channel, "next");
            Assert.Equal((positions[^1].Epoch, 4), (next.Epoch, next.Offset));
        }

        await DisposeAsync(reopened);
    }

    /// <summary>An id from before the restart resumes where it should, if and only if its message is still kept.</summary>
    [Fact]
    public async Task Restart_IdOfTheLastLife_ResumesOrResets()
    {
        var backplane = await CreateAsync();
        var positions = await FillAsync(backplane, Ten, 15);
        var reopened = await ReopenAsync(backplane);
        await using (var channel = reopened.Open("store", Ten))
        {
            using var following = await FollowAsync(channel);
            Assert.Equal("14 15", Cursor(channel, StartAt.After(positions[12])).Read());
            Assert.Equal("", Cursor(channel, StartAt.After(positions[14])).Read());
            Assert.Equal("reset:expired@15", Cursor(channel, StartAt.After(positions[2])).Read());
            Assert.Equal("reset:rollback@15", Cursor(channel, StartAt.After(positions[12] with { Tag = positions[12].Tag ^ 1 })).Read());
            var resumed = Cursor(channel, StartAt.After(positions[13]));
            await AppendAsync(channel, "16");
            Assert.Equal(["15", "16"], (await ReadAsync(resumed, 2)).Select(message => message.GetText()));
        }

        await DisposeAsync(reopened);
    }

    /// <summary>A store that was completed is still complete, whatever its capacity after the restart.</summary>
    /// <param name="capacity">The capacity after the restart.</param>
    /// <param name="window">What is kept.</param>
    [Theory]
    [InlineData(10, "1 2 3")]
    [InlineData(3, "1 2 3")]
    [InlineData(1, "3")]
    public async Task Restart_End_IsThereAgain(int capacity, string window)
    {
        var backplane = await CreateAsync();
        MessagePosition last, end;
        await using (var channel = backplane.Open("store", Ten))
        {
            await AppendAsync(channel, "1");
            last = await channel.AppendAsync([Content("2"), Content("3")], null, default).WithTimeout();
            end = await channel.AppendAsync(MessageContent.End, null, default).WithTimeout();
        }

        await DisposeAsync(backplane);
        var reopened = await ReopenAsync(backplane);
        await using (var channel = reopened.Open("store", Ten with { Capacity = capacity }))
        {
            using var following = await FollowAsync(channel);
            var snapshot = channel.Log.GetSnapshot();
            Assert.Equal((end, true), (snapshot.Position, snapshot.IsCompleted));
            Assert.Equal(window, Cursor(channel, StartAt.Earliest).Read());
            Assert.Equal("", Cursor(channel, StartAt.After(last)).Read());
            Assert.True(Cursor(channel, StartAt.After(end)).IsAtEnd);
            Assert.Equal(end, await channel.AppendAsync(MessageContent.End, null, default).WithTimeout());
            await Assert.ThrowsAsync<StoreCompletedException>(() => AppendAsync(channel, "late"));
        }

        await DisposeAsync(reopened);
    }

    /// <summary>A retry after the restart stores nothing twice.</summary>
    [Fact]
    public async Task Restart_IdempotencyKey_IsRemembered()
    {
        var backplane = await CreateAsync();
        MessagePosition first;
        await using (var channel = backplane.Open("store", Ten))
            first = await AppendAsync(channel, "once", "key");
        await DisposeAsync(backplane);
        var reopened = await ReopenAsync(backplane);
        await using (var channel = reopened.Open("store", Ten))
        {
            Assert.Equal(first, await AppendAsync(channel, "once", "key"));
            Assert.Equal(["once"], await WindowAsync(channel));
        }

        await DisposeAsync(reopened);
    }

    /// <summary>A store that is closed and opened again while the backplane lives continues as well, as stores of a family do.</summary>
    [Fact]
    public async Task Open_AgainBeforeTheLastLifeHasEnded_GoesOn()
    {
        var backplane = await CreateAsync();
        var channel = backplane.Open("store", Ten);
        var first = await AppendAsync(channel, "1");
        var closing = channel.DisposeAsync().AsTask();
        await using (var again = backplane.Open("store", Ten))
        {
            var second = await AppendAsync(again, "2");
            Assert.Equal((first.Epoch, 2), (second.Epoch, second.Offset));
            Assert.Equal(["1", "2"], await WindowAsync(again));
        }

        await closing.WithTimeout();
        await DisposeAsync(backplane);
    }

    private static async Task<MessagePosition[]> FillAsync(TBackplane backplane, MessageLogLimits limits, int count)
    {
        var positions = new MessagePosition[count];
        await using (var channel = backplane.Open("store", limits))
        {
            for (var i = 0; i < count; i++)
                positions[i] = await channel.AppendAsync(
                    new MessageContent(System.Text.Encoding.UTF8.GetBytes($"{i + 1}"), MessageFormat.Json, "type"), null,
                    default).WithTimeout();
        }

        await DisposeAsync(backplane);
        return positions;
    }
}
