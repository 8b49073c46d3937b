// A post-purchase extension of its own: written from the public typings of Shopify's React packages and nothing else.
import React, {useEffect, useState} from 'react';
import {
  BlockStack,
  Button,
  CalloutBanner,
  Checkbox,
  Heading,
  Image,
  Layout,
  Select,
  Separator,
  Text,
  TextBlock,
  TextContainer,
  Tiles,
  View,
  extend,
  render,
  useExtensionInput,
} from '@shopify/post-purchase-ui-extensions-react';

declare const process: {env: {ORIGIN: string}};

interface Found {
  variantId: number;
  title: string;
  picture: string;
}

function isFound(data: unknown): data is Found {
  return typeof data === 'object' && data !== null && 'variantId' in data;
}

async function ask<Answer>(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${process.env.ORIGIN}${path}`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
  });
  return response.json();
}

extend('Checkout::PostPurchase::ShouldRender', async ({inputData, storage}) => {
  const found = await ask<Found>('/test/find', {reference: inputData.initialPurchase.referenceId, shop: inputData.shop.domain});
  await storage.update(found);
  return {render: true};
});

render('Checkout::PostPurchase::Render', () => <Page />);

function Page() {
  const {inputData, storage, calculateChangeset, applyChangeset, done} = useExtensionInput<'Checkout::PostPurchase::Render'>();
  const [quantity, setQuantity] = useState(1);
  const [isGift, setGift] = useState(false);
  const [total, setTotal] = useState('');
  const [isPaying, setPaying] = useState(false);
  const [said, say] = useState('');
  const found = storage.initialData;
  const changes = isFound(found) ? [{type: 'add_variant' as const, variantId: found.variantId, quantity}] : [];

  useEffect(() => {
    let isOver = false;
    void calculateChangeset({changes}).then((result) => {
      if (isOver || result.status !== 'processed') return;
      const {amount, currencyCode} = result.calculatedPurchase.totalOutstandingSet.presentmentMoney;
      setTotal(`${amount} ${currencyCode}`);
    });
    return () => {
      isOver = true;
    };
  }, [quantity]);

  async function pay() {
    setPaying(true);
    const {token} = await ask<{token: string}>('/test/sign', {reference: inputData.initialPurchase.referenceId, changes});
    const {status, errors} = await applyChangeset(token);
    if (status === 'unprocessed') {
      setPaying(false);
      say(errors.map(({code}) => code).join());
      return;
    }
    await done();
  }

  if (!isFound(found)) return <TextBlock>Nothing found</TextBlock>;
  return (
    <BlockStack spacing="loose">
      <CalloutBanner title="A second extension">
        <Text size="medium">Goes with what you bought</Text>
      </CalloutBanner>
      <Layout media={[{viewportSize: 'small', sizes: [1, 1]}, {viewportSize: 'medium', sizes: ['fill', 'fill']}, {viewportSize: 'large', sizes: ['fill', 0.5]}]}>
        <View inlinePadding="base">
          <Image source={found.picture} description="What is offered" aspectRatio={1} />
        </View>
        <BlockStack>
          <TextContainer>
            <Heading>{found.title}</Heading>
          </TextContainer>
          <Select
            label="How many"
            value={String(quantity)}
            options={['1', '2'].map((value) => ({value, label: value}))}
            onChange={(value) => setQuantity(Number(value))}
          />
          <Checkbox value={isGift} onChange={setGift}>Wrap it</Checkbox>
          <Separator />
          <Tiles>
            <Text>Total</Text>
            <Text emphasized>{total}</Text>
          </Tiles>
          {isGift && <TextBlock>It will be wrapped</TextBlock>}
          {said && <TextBlock>{`Refused: ${said}`}</TextBlock>}
          <Button onPress={pay} loading={isPaying} loadingLabel="Paying">Pay now</Button>
          <Button subdued onPress={() => void done()}>No thanks</Button>
        </BlockStack>
      </Layout>
    </BlockStack>
  );
}
