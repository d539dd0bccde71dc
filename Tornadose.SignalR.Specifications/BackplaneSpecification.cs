using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// The contract of every backplane: derive a class that creates one. <see cref="StoreSpecification{TFixture}"/> covers the stores on it,
/// <see cref="DurableBackplaneSpecification{TBackplane}"/> what must survive a restart.
/// </summary>
/// <typeparam name="TBackplane">
/// The backplane. It is disposed if it is <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>.
/// </typeparam>
public abstract class BackplaneSpecification<TBackplane>
    where TBackplane : IBackplane
{
    private static readonly MessageLogLimits Limits = new(100, 1 << 20);

    /// <summary>Creates a backplane that no test has used before.</summary>
    /// <returns>The backplane.</returns>
    protected abstract Task<TBackplane> CreateAsync();

    [Fact]
    public async Task AppendAsync_FirstMessage_HasOffsetOneAndATag()
    {
        await using var channel = await OpenAsync();
        var position = await AppendAsync(channel, "a");
        Assert.Equal(1, position.Offset);
        Assert.NotEqual(0u, position.Tag);
        Assert.NotEqual(0ul, position.Epoch);
    }

    [Fact]
    public async Task AppendAsync_ManyAtOnce_OffsetsAreContiguousAndReadersSeeTheSame()
    {
        await using var channel = await OpenAsync();
        using var following = await FollowAsync(channel);
        var cursor = Cursor(channel, StartAt.Now);
        var positions = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AppendAsync(channel, $"m{i}")));
        Assert.Equal(Enumerable.Range(1, 50), positions.Select(position => (int)position.Offset).Order());
        Assert.Single(positions.Select(position => position.Epoch).Distinct());
        var read = await ReadAsync(cursor, 50);
        Assert.Equal(positions.OrderBy(position => position.Offset), read.Select(message => message.Position!.Value));
    }

    [Theory]
    [InlineData("", MessageFormat.Text, null)]
    [InlineData("grüße 🌪\r\nzweite Zeile\0", MessageFormat.Text, "type with spaces")]
    [InlineData("{\"a\":[1,2,{\"b\":null}]}", MessageFormat.Json, "änderung")]
    public async Task AppendAsync_Content_ArrivesAsItIs(string text, MessageFormat format, string? eventType)
    {
        await using var channel = await OpenAsync();
        using var following = await FollowAsync(channel);
        var live = Cursor(channel, StartAt.Now);
        await channel.AppendAsync(new MessageContent(Encoding.UTF8.GetBytes(text), format, eventType), null, default).WithTimeout();
        var message = Assert.Single(await ReadAsync(live, 1));
        Assert.Equal((text, format, eventType), (message.GetText(), message.Format, message.EventType));
    }

    [Fact]
    public async Task AppendAsync_SameKey_StoresOnceAndGivesTheSamePosition()
    {
        await using var channel = await OpenAsync();
        var first = await AppendAsync(channel, "once", "key");
        var other = await AppendAsync(channel, "other", "other key");
        Assert.Equal(first, await AppendAsync(channel, "once", "key"));
        Assert.Equal(first.Offset + 1, other.Offset);
        Assert.Equal(["once", "other"], await WindowAsync(channel));
    }

    [Fact]
    public async Task AppendAsync_Batch_IsContiguousAndComesInItsOrder()
    {
        await using var channel = await OpenAsync();
        using var following = await FollowAsync(channel);
        var live = Cursor(channel, StartAt.Now);
        await AppendAsync(channel, "before");
        var last = await channel.AppendAsync([Content("1"), Content("2"), Content("3")], null, default).WithTimeout();
        Assert.Equal(4, last.Offset);
        var read = await ReadAsync(live, 4);
        Assert.Equal(["before", "1", "2", "3"], read.Select(message => message.GetText()));
        Assert.Equal([1, 2, 3, 4], read.Select(message => message.Position!.Value.Offset));
        Assert.Equal(last, read[^1].Position);
        Assert.Equal(4, read.Select(message => message.Position!.Value.Tag).Distinct().Count());
    }

    [Fact]
    public async Task AppendAsync_BatchWithTheSameKey_StoresOnce()
    {
        await using var channel = await OpenAsync();
        var first = await channel.AppendAsync([Content("1"), Content("2")], "key", default).WithTimeout();
        Assert.Equal(first, await channel.AppendAsync([Content("1"), Content("2")], "key", default).WithTimeout());
        Assert.Equal(["1", "2"], await WindowAsync(channel));
    }

    [Fact]
    public async Task AppendAsync_BatchLargerThanTheWindow_KeepsTheNewest()
    {
        await using var channel = await OpenAsync();
        await channel.AppendAsync([.. Enumerable.Range(1, 150).Select(number => Content($"{number}"))], null, default).WithTimeout();
        Assert.Equal(Enumerable.Range(51, 100).Select(number => $"{number}"), await WindowAsync(channel));
    }

    [Fact]
    public async Task AppendAsync_End_IsSeenByReadersAndRefusesWhatComesAfter()
    {
        await using var channel = await OpenAsync();
        using var following = await FollowAsync(channel);
        var live = Cursor(channel, StartAt.Now);
        var first = await AppendAsync(channel, "first", "key");
        var end = await channel.AppendAsync([Content("last"), MessageContent.End], "end", default).WithTimeout();
        Assert.Equal(["first", "last"], (await ReadAsync(live, 2)).Select(message => message.GetText()));
        Assert.False(await live.WaitToReadAsync().WithTimeout() && live.TryRead(out StoreMessage? _));
        Assert.True(live.IsAtEnd);
        Assert.Equal((first.Offset + 2, end), (end.Offset, live.Position));
        var refused = await Assert.ThrowsAsync<StoreCompletedException>(() => AppendAsync(channel, "late", "other key"));
        Assert.Equal("store", refused.Store);
        Assert.Equal(end, await channel.AppendAsync(MessageContent.End, null, default).WithTimeout());
        Assert.Equal(end, await channel.AppendAsync([Content("other"), MessageContent.End], null, default).WithTimeout());
        Assert.Equal(end, await channel.AppendAsync([Content("last"), MessageContent.End], "end", default).WithTimeout());
        Assert.Equal(first, await AppendAsync(channel, "first", "key"));
        Assert.Equal(["first", "last"], await WindowAsync(channel));
        Assert.True(channel.Log.GetSnapshot().IsCompleted);
        Assert.True(Cursor(channel, StartAt.After(end)).IsAtEnd);
    }

    [Fact]
    public async Task AppendAsync_EndOfAFullWindow_TakesNoMessagesPlace()
    {
        await using var channel = await OpenAsync();
        for (var i = 1; i <= 100; i++)
            await AppendAsync(channel, $"{i}");
        await channel.AppendAsync(MessageContent.End, null, default).WithTimeout();
        Assert.Equal(Enumerable.Range(1, 100).Select(i => $"{i}"), await WindowAsync(channel));
        Assert.True(channel.Log.HasEnd);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task AppendAsync_EndOfAStoreWithHardlyAWindow_IsKeptAndSoIsTheValue(int capacity)
    {
        var backplane = await CreateAsync();
        var limits = new MessageLogLimits(capacity, 1 << 20, newestSuffices: true);
        await using var channel = backplane.Open("value", limits);
        await AppendAsync(channel, "old");
        await channel.AppendAsync([Content("new"), MessageContent.End], null, default).WithTimeout();
        using (await FollowAsync(channel))
        {
            await Eventually.TrueAsync(() => channel.Log.HasEnd);
            var cursor = Cursor(channel, StartAt.Latest);
            Assert.Equal(capacity == 0 ? "" : "new", cursor.Read());
            Assert.True(cursor.IsAtEnd);
            var now = Cursor(channel, StartAt.Now);
            Assert.False(now.IsAtEnd);
            Assert.Equal("", now.Read());
            Assert.True(now.IsAtEnd);
        }

        await DisposeAsync(backplane);
    }

    [Fact]
    public async Task AppendAsync_Cancelled_Throws()
    {
        await using var channel = await OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => channel.AppendAsync(Content("a"), null, new CancellationToken(true)).AsTask());
    }

    [Fact]
    public async Task FollowAsync_AfterAppends_LogHoldsTheWindow()
    {
        await using var channel = await OpenAsync();
        for (var i = 1; i <= 105; i++)
            await AppendAsync(channel, $"{i}");
        Assert.Equal(Enumerable.Range(6, 100).Select(i => $"{i}"), await WindowAsync(channel));
    }

    [Fact]
    public async Task FollowAsync_EmptyStore_PositionCanBeResumedAfter()
    {
        await using var channel = await OpenAsync();
        using var following = await FollowAsync(channel);
        var origin = channel.Log.Position;
        Assert.Equal(0, origin.Offset);
        var position = await AppendAsync(channel, "first");
        Assert.Equal(origin.Epoch, position.Epoch);
        Assert.Equal("first", Assert.Single(await ReadAsync(Cursor(channel, StartAt.After(origin)), 1)).GetText());
    }

    [Fact]
    public async Task FollowAsync_ResumeAfterAPosition_GivesWhatCameAfterItAndThenLive()
    {
        await using var channel = await OpenAsync();
        var positions = new List<MessagePosition>();
        for (var i = 1; i <= 10; i++)
            positions.Add(await AppendAsync(channel, $"{i}"));
        using var following = await FollowAsync(channel);
        var cursor = Cursor(channel, StartAt.After(positions[6]));
        await AppendAsync(channel, "11");
        Assert.Equal(["8", "9", "10", "11"], (await ReadAsync(cursor, 4)).Select(message => message.GetText()));
    }

    [Fact]
    public async Task Open_TwoStores_HaveNothingInCommon()
    {
        var backplane = await CreateAsync();
        await using var one = backplane.Open("orders", Limits);
        await using var two = backplane.Open("orders:more", Limits);
        var first = await AppendAsync(one, "one");
        var second = await AppendAsync(two, "two");
        Assert.NotEqual(first.Epoch, second.Epoch);
        Assert.Equal(["one"], await WindowAsync(one));
        Assert.Equal(["two"], await WindowAsync(two));
        await DisposeAsync(backplane);
    }

    [Fact]
    public async Task Open_CapacityOne_KeepsTheNewest()
    {
        var backplane = await CreateAsync();
        await using var channel = backplane.Open("value", new MessageLogLimits(1, 1 << 20, newestSuffices: true));
        await AppendAsync(channel, "old");
        await AppendAsync(channel, "new");
        using var following = await FollowAsync(channel);
        Assert.Equal("new", channel.Log.GetSnapshot().Messages[^1].GetText());
        Assert.Equal("new", Assert.Single(await ReadAsync(Cursor(channel, StartAt.Latest), 1)).GetText());
        await DisposeAsync(backplane);
    }

    [Fact]
    public async Task DisposeAsync_Channel_EndsReadersAndRefusesAppends()
    {
        var channel = await OpenAsync();
        using var following = await FollowAsync(channel);
        var cursor = Cursor(channel, StartAt.Now);
        await channel.DisposeAsync().WithTimeout();
        Assert.False(await cursor.WaitToReadAsync().WithTimeout());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => channel.AppendAsync(Content("late"), null, default).AsTask());
    }

    private protected static MessageCursor Cursor(IBackplaneChannel channel, StartAt start) =>
        channel.Log.OpenCursor(start);

    private protected static MessageContent Content(string text) => new(Encoding.UTF8.GetBytes(text), MessageFormat.Text, null);

    private protected static Task<MessagePosition> AppendAsync(IBackplaneChannel channel, string text, string? key = null) =>
        channel.AppendAsync(Content(text), key, default).WithTimeout();

    /// <summary>
    /// Follows, and waits until the log's content is known: following alone also completes if the backplane does not answer in time.
    /// </summary>
    private protected static async Task<IDisposable> FollowAsync(IBackplaneChannel channel)
    {
        var following = await channel.FollowAsync(default).WithTimeout();
        await Eventually.TrueAsync(() => channel.Log.IsOpen);
        return following;
    }

    private protected static async Task<IReadOnlyList<StoreMessage>> ReadAsync(MessageCursor cursor, int count)
    {
        var read = new List<StoreMessage>();
        while (read.Count < count)
        {
            Assert.True(await cursor.WaitToReadAsync().WithTimeout());
            while (read.Count < count && cursor.TryRead(out StoreMessage? message))
                read.Add(message);
        }

        return read;
    }

    private protected static async Task<string[]> WindowAsync(IBackplaneChannel channel)
    {
        using var following = await FollowAsync(channel);
        return channel.Log.GetSnapshot().Messages.Select(message => message.GetText()).ToArray();
    }

    private protected static async ValueTask DisposeAsync(TBackplane backplane)
    {
        if (backplane is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            (backplane as IDisposable)?.Dispose();
    }

    private async Task<IBackplaneChannel> OpenAsync()
    {
        var backplane = await CreateAsync();
        return new Owning(backplane.Open("store", Limits), backplane);
    }

    /// <summary>Disposes the backplane with its only channel.</summary>
    private sealed class Owning(IBackplaneChannel inner, TBackplane backplane) : IBackplaneChannel
    {
        public MessageLog Log => inner.Log;

        public ValueTask<MessagePosition> AppendAsync(
            IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
            inner.AppendAsync(contents, idempotencyKey, cancellationToken);

        public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => inner.FollowAsync(cancellationToken);

        public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
            inner.CatchUpAsync(position, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await BackplaneSpecification<TBackplane>.DisposeAsync(backplane);
        }
    }
}
