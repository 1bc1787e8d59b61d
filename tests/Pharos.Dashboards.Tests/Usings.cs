global using Pharos.TestKit;
global using Xunit;
