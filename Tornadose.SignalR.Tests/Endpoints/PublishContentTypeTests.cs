using System.IO.Compression;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>The <c>Content-Type</c> and <c>Content-Encoding</c> that publishing accepts.</summary>
public sealed class PublishContentTypeTests
{
    [Theory]
    [InlineData("text/plain; charset=\"utf-8\"")]
    [InlineData("text/plain;charset=UTF-8")]
    [InlineData("TEXT/PLAIN; CHARSET=\"UTF-8\"")]
    [InlineData("text/plain; charset=utf8")]
    [InlineData("text/plain; charset=us-ascii")]
    [InlineData("text/plain; charset=\"us-ascii\"")]
    [InlineData("text/plain; charset=\"utf\\-8\"")]
    [InlineData("text/plain; format=flowed; charset=utf-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/vnd.acme+json; charset=utf-8; v=1")]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8")]
    public async Task Post_Utf8HoweverItIsSaid_IsTaken(string type) => Assert.Equal((200, ""), await PostAsync(type));

    [Theory]
    [InlineData("text/plain; charset=iso-8859-1")]
    [InlineData("text/plain; charset=\"utf-16\"")]
    [InlineData("application/json; charset=windows-1252")]
    [InlineData("text/plain; charset=\"\"")]
    public async Task Post_OtherCharset_Is415WithWords(string type)
    {
        var (status, words) = await PostAsync(type);
        Assert.Equal(415, status);
        Assert.Contains("UTF-8", words, StringComparison.Ordinal);
    }

    [Theory, InlineData("application/xml"), InlineData("image/png"), InlineData("text/html")]
    public async Task Post_OtherMediaType_Is415(string type) => Assert.Equal(415, (await PostAsync(type)).Status);

    [Theory, InlineData("gzip", 415), InlineData("identity", 200), InlineData("br", 415)]
    public async Task Post_CompressedWithoutDecompression_Is415WithWords(string coding, int expected)
    {
        var (status, words) = await PostAsync("text/plain", ("Content-Encoding", coding));
        Assert.Equal(expected, status);
        Assert.Equal(expected == 415, words.Contains("UseRequestDecompression", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_CompressedWithDecompression_IsWhatWasCompressed()
    {
        await using var host = await StoresApp.StartAsync(
            build: static builder =>
                Microsoft.Extensions.DependencyInjection.RequestDecompressionServiceExtensions.AddRequestDecompression(builder.Services),
            before: static app => Microsoft.AspNetCore.Builder.RequestDecompressionBuilderExtensions.UseRequestDecompression(app));
        using var body = new MemoryStream();
        await using (var gzip = new GZipStream(body, CompressionLevel.Fastest))
            await gzip.WriteAsync("grüße"u8.ToArray());
        await using var answer = await RawHttp.SendAsync(
            host.Orders(), "POST", [("Content-Type", "text/plain"), ("Content-Encoding", "gzip")], body.ToArray());
        Assert.Equal(200, answer.Status);
        Assert.True(host.OrdersStore().TryGetLatest(out var latest));
        Assert.Equal("grüße", latest.GetText());
    }

    private static async Task<(int Status, string Words)> PostAsync(string type, params (string Name, string Value)[] headers)
    {
        await using var host = await StoresApp.StartAsync();
        await using var answer = await RawHttp.SendAsync(host.Orders(), "POST", [("Content-Type", type), .. headers], "\"x\""u8.ToArray());
        var words = await answer.ReadTextAsync();
        Assert.Equal(answer.Status == 200 ? 1 : 0, host.OrdersStore().Position.Offset);
        return (answer.Status, answer.Status == 200 ? "" : words);
    }
}
