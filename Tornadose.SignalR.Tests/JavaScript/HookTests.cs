using Tornadose.SignalR.Tests.Documents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary>The hooks of <c>docs/javascript.md</c>, unchanged, in the frameworks that they are for.</summary>
public sealed class HookTests
{
    [Theory]
    [InlineData("react")]
    [InlineData("vue")]
    [InlineData("svelte")]
    public async Task Hook_InABrowser_ShowsMessagesAndStopsWithItsComponent(string framework)
    {
        const string Shown = "[...document.querySelectorAll('main li')].map(item => item.textContent).join(' ')";
        var (script, _) = await BundleAsync(framework);
        await using var site = await ScriptSite.StartAsync(component: script);
        await site.PublishAsync(2);
        await using var page = await ChromiumPage.OpenAsync(new Uri(site.Url, "/component"));
        await page.WaitForAsync($"{Shown} === '1 2'");
        await site.PublishAsync(1);
        await page.WaitForAsync($"{Shown} === '1 2 3'");
        Assert.Empty(await page.ErrorsAsync());
        await site.KillAsync();
        await site.ReviveAsync(forgets: true);
        await site.PublishAsync(1);
        await page.WaitForAsync($"{Shown} === '4'"); // after the reset
        await site.UntilSubscribersAsync(1);
        await page.EvalAsync("unmount()");
        await site.UntilSubscribersAsync(0);
        Assert.Empty((await page.EvalAsync(Shown)).GetString()!);
    }

    /// <summary>On the server there is no page whose URL resolves a relative one, and no component is ever unmounted.</summary>
    [Theory]
    [InlineData("react")]
    [InlineData("vue")]
    [InlineData("svelte")]
    public async Task Hook_RenderedOnAServer_SubscribesToNothing(string framework)
    {
        var (_, html) = await BundleAsync(framework);
        Assert.Contains("<ol", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<li", html, StringComparison.Ordinal);
    }

    private static async Task<(string Script, string Html)> BundleAsync(string framework)
    {
        var hook = DocumentBlock.All.Single(block => block is { File: "docs/javascript.md", Test: nameof(HookTests) }
            && block.Text.Contains($"from \"{framework}", StringComparison.Ordinal)).Text;
        await using var node = NodeClient.Start("hooks.mjs", null, new { framework, hook, module = ScriptFiles.Module });
        var bundled = await node.NextAsync("bundled");
        return (bundled.GetProperty("script").GetString()!, bundled.GetProperty("html").GetString()!);
    }
}
