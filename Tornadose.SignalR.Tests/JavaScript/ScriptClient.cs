using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary>The script in Node, or in Chromium.</summary>
internal sealed class ScriptClient(IAsyncDisposable owner, Func<string, Task<JsonElement>> until) : IAsyncDisposable
{
    public static async Task<ScriptClient> OpenInNodeAsync(Uri site, Dictionary<string, object> options)
    {
        var node = NodeClient.Start("tornadose.mjs", site, new Dictionary<string, object>(options) { ["module"] = ScriptFiles.Module });
        await node.NextAsync("ready");
        var commands = 0;
        return new ScriptClient(node, async expression =>
        {
            await node.SendAsync(new { id = ++commands, until = expression });
            return (await node.NextAsync("answer")).GetProperty("value");
        });
    }

    public static async Task<ScriptClient> OpenInChromiumAsync(Uri site, Dictionary<string, object> options)
    {
        var page = await ChromiumPage.OpenAsync(site);
        await page.WaitForAsync("typeof start === 'function'");
        await page.EvalAsync($"start({JsonSerializer.Serialize(options)})");
        return new ScriptClient(page, expression => page.WaitForAsync(expression));
    }

    /// <summary>Waits until a JavaScript expression about <c>log</c>, <c>subscription</c> and <c>connection</c> is truthy.</summary>
    /// <returns>Its value.</returns>
    public Task<JsonElement> UntilAsync(string expression) => until(expression);

    public async Task<List<string>> IdsAsync(int count) =>
        [.. (await until($"log.messages.length >= {count} && log.messages.map(message => message.id)")).EnumerateArray()
            .Select(static id => id.GetString()!)];

    public ValueTask DisposeAsync() => owner.DisposeAsync();
}
