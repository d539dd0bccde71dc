using System.Text;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

// What a store accepts, how it stores it, and what it returns.
public abstract partial class StoreSpecification<TFixture>
{
    [Fact, Case("ST-08")]
    public async Task PublishAsync_Result_IsTheIdThatReadersSeeAndRises()
    {
        var store = await QueueAsync();
        var cursor = store.OpenCursor(StartAt.Now);

        var positions = await PublishManyAsync(store, 10);

        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), positions.Select(position => position.Offset));
        foreach (var position in positions)
        {
            Assert.True(cursor.TryRead(out StoreMessage? message));
            Assert.Equal(position.ToString(), message.Id);
            Assert.Equal(position, message.Position);
        }

        Assert.Equal(positions[^1], store.Position);
    }

    [Fact, Case("SEC-22")]
    public async Task PublishAsync_TwoStores_HaveDifferentEpochsAndTags()
    {
        var store = await QueueAsync();
        var first = await PublishManyAsync(store, 20);
        var second = await PublishManyAsync(await QueueAsync(), 20);

        Assert.Equal(2, first.Concat(second).Select(position => position.Epoch).Distinct().Count());
        Assert.True(first.Select(position => position.Tag).Distinct().Count() > 15);
        Assert.DoesNotContain(0u, first.Select(position => position.Tag));
    }

    [Fact, Case("SSE-12", "ST-07")]
    public async Task PublishAsync_Null_ThrowsAndPublishesNothing()
    {
        var store = await QueueAsync();
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await store.PublishAsync((string)null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await store.PublishAsync<object>(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await store.PublishAsync<int?>(null));

        Assert.Equal(0, store.Position.Offset);
    }

    [Fact, Case("SSE-11", "ST-07")]
    public async Task PublishAsync_EmptyText_IsAMessage()
    {
        var store = await QueueAsync();
        await ArrivedAsync(store, await store.PublishAsync(""));

        Assert.True(store.TryGetLatest(out var message));
        Assert.Equal("", message.GetText());
        Assert.Equal(MessageFormat.Text, message.Format);
        Assert.Null(message.EventType);
    }

    [Fact, Case("ST-07")]
    public async Task PublishAsync_AnyUtf16_HalfSurrogatePairsBecomeReplacementCharacters()
    {
        var store = await QueueAsync();
        // Not a theory: attributes and runners do not keep half surrogate pairs.
        (string Text, string Expected)[] examples =
        [
            ("\ud83d", "\ufffd"), ("a\udc00b", "a\ufffdb"), ("\ud83d\ude00", "\ud83d\ude00"), ("\0\ufeff\u2028", "\0\ufeff\u2028"),
        ];
        foreach (var (text, expected) in examples)
        {
            await ArrivedAsync(store, await store.PublishAsync(text));

            Assert.True(store.TryGetLatest(out var message));
            Assert.Equal(expected, message.GetText());
        }
    }

    [Fact, Case("ST-07")]
    public async Task PublishAsync_BytesThatAreNotUtf8_AreRefused()
    {
        var store = await QueueAsync();
        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await store.PublishUtf8Async(new byte[] { 0xff, 0xfe }));

        Assert.Contains("base64", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, store.Position.Offset);
    }

    [Fact, Case("ST-07")]
    public async Task PublishAsync_ByteArray_BecomesBase64()
    {
        var store = await QueueAsync();
        await ArrivedAsync(store, await store.PublishAsync(new byte[] { 0xff, 0xfe }));

        Assert.True(store.TryGetLatest(out var message));
        Assert.Equal("\"//4=\"", message.GetText());
        Assert.Equal(MessageFormat.Json, message.Format);
    }

    [Fact]
    public async Task PublishAsync_Utf8Bytes_AreText()
    {
        var store = await QueueAsync();
        await ArrivedAsync(store, await store.PublishUtf8Async(Encoding.UTF8.GetBytes("grüß")));

        Assert.True(store.TryGetLatest(out var message));
        Assert.Equal("grüß", message.GetText());
        Assert.Equal(MessageFormat.Text, message.Format);
    }

    [Fact, Case("ST-06", "SSE-20")]
    public async Task PublishAsync_TooLarge_ThrowsTypedErrorAndPublishesNothing()
    {
        var store = await QueueAsync(configure: options => options.MaxMessageBytes = 4);
        await store.PublishAsync("1234");

        var byText = await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.PublishAsync("12345"));
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.PublishAsync("äää"));
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.PublishAsync(12345));
        await Assert.ThrowsAsync<MessageTooLargeException>(async () => await store.PublishUtf8Async(new byte[5]));

        Assert.Equal(4, byText.Limit);
        Assert.Equal(1, store.Position.Offset);
    }

    [Fact]
    public async Task PublishAsync_Cancelled_ThrowsAndPublishesNothing()
    {
        var store = await QueueAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.PublishAsync("x", cancellationToken: cancelled));

        Assert.Equal("", store.OpenCursor(StartAt.Earliest).Read());
    }

    [Theory, Case("SSE-05", "SEC-06"), InlineData("a\nb"), InlineData("tornadose.reset")]
    public async Task PublishAsync_RefusedEventType_ThrowsAndPublishesNothing(string eventType)
    {
        var store = await QueueAsync();
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await store.PublishAsync("x", new PublishOptions { EventType = eventType }));

        Assert.Equal(0, store.Position.Offset);
    }

    [Theory, Case("SSE-16"), InlineData(null, null), InlineData("", null), InlineData("message", null), InlineData("tick", "tick")]
    public async Task PublishAsync_EventType_IsKeptInItsOneForm(string? eventType, string? expected)
    {
        var store = await QueueAsync();
        await ArrivedAsync(store, await store.PublishAsync("x", new PublishOptions { EventType = eventType }));

        Assert.True(store.TryGetLatest(out var message));
        Assert.Equal(expected, message.EventType);
    }
}
